/* Stands between a program and its files: counts, kills, refuses, shortens or records what it asks of them.

   Loaded with LD_PRELOAD; does nothing until `faults_begin` is called, and only below one folder.
   See shim.py. Not for programs with several threads. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { COUNT = 1, KILL = 2, REFUSE = 3, REFUSE_ON = 4, SHORTEN = 5, RECORD = 6 };
enum { WRITE = 1, OTHER = 2 };

static char folder[4096];
static size_t folder_length;
static int mode, kinds, code, log_file = -1;
static long at, seen;

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

void faults_begin(const char *path, int what, int which, long number, int error)
{
    snprintf(folder, sizeof folder, "%s", path);
    folder_length = strlen(folder);
    mode = what, kinds = which, at = number, code = error, seen = 0;
}

long faults_end(void)
{
    mode = 0;
    return seen;
}

void faults_log(int descriptor)
{
    log_file = descriptor;
}

static void put(const void *data, size_t size)
{
    for (size_t done = 0; done < size;) {
        long some = syscall(SYS_write, log_file, (const char *)data + done, size - done);
        if (some < 0)
            abort();
        done += (size_t)some;
    }
}

static void note(char what, const char *path, uint64_t offset, const void *data, uint64_t size)
{
    uint64_t head[3] = {strlen(path), offset, size};
    put(&what, 1);
    put(head, sizeof head);
    put(path, strlen(path));
    put(data, size);
}

/* What the program has promised its user so far. */
void faults_mark(long number)
{
    if (mode == RECORD)
        note('m', "", (uint64_t)number, "", 0);
}

static const char *below(const char *path)
{
    return mode && !strncmp(path, folder, folder_length) ? path : NULL;
}

static const char *of(int descriptor)
{
    static char link[64], path[4096];
    if (!mode)
        return NULL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return NULL;
    path[length] = 0;
    return below(path);
}

/* 1: the call is to fail with `code`; 2: only half of it is to be done; 0: go on. */
static int judge(int kind)
{
    if (mode == RECORD || !(kinds & kind))
        return 0;
    seen++;
    if (mode == REFUSE_ON && seen >= at)
        return 1;
    if (seen != at)
        return 0;
    switch (mode) {
    case KILL:
        return kind == WRITE ? 2 : (syscall(SYS_kill, getpid(), SIGKILL), 0);
    case REFUSE:
        return 1;
    case SHORTEN:
        return 2;
    }
    return 0;
}

static int refused(void)
{
    errno = code;
    return -1;
}

static ssize_t written(int descriptor, const void *data, size_t size, off64_t offset, int positioned)
{
    const char *path = of(descriptor);
    int verdict = path ? judge(WRITE) : 0;
    if (verdict == 1)
        return refused();
    size_t part = verdict == 2 ? size / 2 : size;
    off64_t where = positioned ? offset : lseek64(descriptor, 0, SEEK_CUR);
    ssize_t done = positioned ? syscall(SYS_pwrite64, descriptor, data, part, offset)
                              : syscall(SYS_write, descriptor, data, part);
    if (verdict == 2 && mode == KILL)
        syscall(SYS_kill, getpid(), SIGKILL);
    if (path && mode == RECORD && done > 0)
        note('w', path, (uint64_t)where, data, (uint64_t)done);
    return done;
}

ssize_t write(int descriptor, const void *data, size_t size)
{
    return written(descriptor, data, size, 0, 0);
}

ssize_t pwrite(int descriptor, const void *data, size_t size, off_t offset)
{
    return written(descriptor, data, size, offset, 1);
}

ssize_t pwrite64(int descriptor, const void *data, size_t size, off64_t offset)
{
    return written(descriptor, data, size, offset, 1);
}

static int synced(int descriptor, int (*real)(int))
{
    const char *path = of(descriptor);
    if (path && judge(OTHER))
        return refused();
    int done = real(descriptor);
    if (path && mode == RECORD && !done)
        note('s', path, 0, "", 0);
    return done;
}

int fsync(int descriptor)
{
    return synced(descriptor, NEXT(fsync));
}

int fdatasync(int descriptor)
{
    return synced(descriptor, NEXT(fdatasync));
}

static int truncated(int descriptor, off64_t length)
{
    const char *path = of(descriptor);
    if (path && judge(OTHER))
        return refused();
    int done = (int)syscall(SYS_ftruncate, descriptor, length);
    if (path && mode == RECORD && !done)
        note('t', path, (uint64_t)length, "", 0);
    return done;
}

int ftruncate(int descriptor, off_t length)
{
    return truncated(descriptor, length);
}

int ftruncate64(int descriptor, off64_t length)
{
    return truncated(descriptor, length);
}

int rename(const char *from, const char *to)
{
    const char *path = below(from);
    if (path && judge(OTHER))
        return refused();
    int done = NEXT(rename)(from, to);
    if (path && mode == RECORD && !done)
        note('r', from, 0, to, strlen(to));
    return done;
}

int unlink(const char *name)
{
    const char *path = below(name);
    if (path && judge(OTHER))
        return refused();
    int done = NEXT(unlink)(name);
    if (path && mode == RECORD && !done)
        note('u', name, 0, "", 0);
    return done;
}
