"""What came of a policy and of the candidate that is being tried, as the decisions say."""

from collections.abc import Iterator, Mapping
from contextlib import suppress

from connectors.browse import Tell, every_partition, read_between, start_offsets, topics_there
from connectors.codec import Codec, Undecodable
from connectors.contracts import Contracts
from connectors.policy_topic import Published
from operators.candidate import CANDIDATE, IN_FORCE
from operators.comparison import DecisionSeen, Trial, latest
from operators.time import Instant


class PolicyTrials:
    """Counts decisions by the policies that made them."""

    def __init__(self, kafka: Mapping[str, str], contracts: Contracts, codec: Codec) -> None:
        """Connect nothing yet."""
        self._kafka = kafka
        self._topic = contracts.topic_of(DecisionSeen).name
        self._decode = codec.decoder(DecisionSeen)

    def since(
        self, begun: Instant, in_force: str, candidate: str, tell: Tell | None = None
    ) -> Trial:
        """The decisions since an instant by these versions; an empty one for no candidate.

        Of each attempt its latest revision counts.
        """
        trial = Trial(in_force, candidate)
        for decision in latest(self._decisions(begun, tell)).values():
            trial.add(decision)
        return trial

    def _decisions(self, since: Instant, tell: Tell | None) -> Iterator[DecisionSeen]:
        count = topics_there(self._kafka).get(self._topic, 0)
        starts = start_offsets(self._kafka, every_partition({self._topic: count}), since)
        for received in read_between(self._kafka, starts, tell=tell):
            if received.value is not None and received.timestamp >= since:
                with suppress(Undecodable):
                    yield self._decode(received.value)


def candidate_of(known: Mapping[str, Published]) -> Published | None:
    """The candidate, unless it has been promoted."""
    candidate, in_force = known.get(CANDIDATE), known.get(IN_FORCE)
    if candidate is None or in_force is None:
        return candidate
    return None if candidate.policy.version == in_force.policy.version else candidate
