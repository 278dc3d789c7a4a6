package job.join;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import job.Trace;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Four answers to a request become one decision, with a deadline and revisions.
 *
 * <p>One store holds waiting and decided requests, and it caches: a request whose answers arrive
 * within one commit costs one changelog record. Those that wait are kept as objects besides, so that
 * only a request's first answer, and no look for deadlines, reads the store.
 */
public final class JoinProcessor extends ContextualProcessor<byte[], Answer, String, Decision> {
    public static final String STORE = "requests";

    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final Duration REMEMBERED = Duration.ofHours(24);
    private static final Duration DEADLINE_CHECK = Duration.ofSeconds(1);
    private static final Duration MEMORY_CHECK = Duration.ofHours(1);

    private final Map<String, Request> waiting = new LinkedHashMap<>();
    private KeyValueStore<String, Entry> requests;

    @Override
    public void init(ProcessorContext<String, Decision> context) {
        super.init(context);
        requests = context.getStateStore(STORE);
        waiting.clear();
        try (KeyValueIterator<String, Entry> all = requests.all()) {
            while (all.hasNext()) {
                KeyValue<String, Entry> each = all.next();
                if (each.value.isWaiting()) {
                    waiting.put(each.key, each.value.request());
                }
            }
        }
        context.schedule(DEADLINE_CHECK, PunctuationType.WALL_CLOCK_TIME, this::fireDeadlines);
        context.schedule(MEMORY_CHECK, PunctuationType.WALL_CLOCK_TIME, this::forget);
    }

    @Override
    public void process(Record<byte[], Answer> record) {
        Answer answer = record.value();
        if (answer == null) {
            return;
        }
        String key = answer.key();
        Request request = waiting.get(key);
        if (request == null) {
            answerToOther(key, record);
        } else if (!request.has(answer.given())) {
            Request more = request.with(answer.given());
            if (more.isComplete()) {
                decide(key, more, List.of());
            } else {
                await(key, more);
            }
        }
    }

    /** Takes an answer to a request that does not wait: because it is new, or decided. */
    private void answerToOther(String key, Record<byte[], Answer> record) {
        Answer answer = record.value();
        Entry decided = requests.get(key);
        if (decided == null) {
            await(key, Request.opened(answer, record.timestamp(), Trace.of(record.headers())));
            return;
        }
        Request before = decided.request();
        if (before != null && !before.has(answer.given())) {
            Request more = before.with(answer.given());
            decide(key, more, more.changesSince(before));
        }
    }

    private void await(String key, Request request) {
        waiting.put(key, request);
        requests.put(key, Entry.waiting(request));
    }

    private void decide(String key, Request request, List<String> changes) {
        long now = context().currentSystemTimeMs();
        Request revised = request.revised();
        requests.put(key, Entry.decided(revised, now));
        waiting.remove(key);
        context()
            .forward(
                new Record<>(
                    revised.requestId(),
                    new Decision(revised, now, changes),
                    now,
                    Trace.headers(revised.trace())));
    }

    private void fireDeadlines(long now) {
        List<Map.Entry<String, Request>> due = new ArrayList<>();
        for (Map.Entry<String, Request> each : waiting.entrySet()) {
            if (each.getValue().openedAt() + DEADLINE.toMillis() < now) {
                due.add(Map.entry(each.getKey(), each.getValue()));
            }
        }
        for (Map.Entry<String, Request> each : due) {
            decide(each.getKey(), each.getValue(), List.of());
        }
    }

    private void forget(long now) {
        try (KeyValueIterator<String, Entry> all = requests.all()) {
            while (all.hasNext()) {
                KeyValue<String, Entry> each = all.next();
                if (!each.value.isWaiting()
                    && each.value.decidedAt() + REMEMBERED.toMillis() <= now) {
                    requests.delete(each.key);
                }
            }
        }
    }
}
