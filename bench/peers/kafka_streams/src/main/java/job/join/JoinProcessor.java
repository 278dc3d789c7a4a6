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
 * within one commit costs one changelog record. When each waiting one opened is kept beside it, in
 * memory, so that looking for deadlines reads no store.
 */
public final class JoinProcessor extends ContextualProcessor<byte[], Answer, String, Decision> {
    public static final String STORE = "requests";

    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final Duration REMEMBERED = Duration.ofHours(24);
    private static final Duration DEADLINE_CHECK = Duration.ofSeconds(1);
    private static final Duration MEMORY_CHECK = Duration.ofHours(1);

    private final Map<String, Long> openedAt = new LinkedHashMap<>();
    private KeyValueStore<String, Entry> requests;

    @Override
    public void init(ProcessorContext<String, Decision> context) {
        super.init(context);
        requests = context.getStateStore(STORE);
        openedAt.clear();
        try (KeyValueIterator<String, Entry> all = requests.all()) {
            while (all.hasNext()) {
                KeyValue<String, Entry> each = all.next();
                if (each.value.isWaiting()) {
                    openedAt.put(each.key, each.value.request().openedAt());
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
        Entry entry = requests.get(key);
        if (entry == null) {
            Request opened =
                Request.opened(answer, record.timestamp(), Trace.of(record.headers()));
            requests.put(key, Entry.waiting(opened));
            openedAt.put(key, opened.openedAt());
            return;
        }
        Request before = entry.request();
        if (before == null || before.has(answer.given())) {
            return;
        }
        Request request = before.with(answer.given());
        if (!entry.isWaiting()) {
            decide(key, request, request.changesSince(before));
        } else if (request.isComplete()) {
            decide(key, request, List.of());
        } else {
            requests.put(key, Entry.waiting(request));
        }
    }

    private void decide(String key, Request request, List<String> changes) {
        long now = context().currentSystemTimeMs();
        Request revised = request.revised();
        requests.put(key, Entry.decided(revised, now));
        openedAt.remove(key);
        context()
            .forward(
                new Record<>(
                    revised.requestId(),
                    new Decision(revised, now, changes),
                    now,
                    Trace.headers(revised.trace())));
    }

    private void fireDeadlines(long now) {
        List<String> due = new ArrayList<>();
        openedAt.forEach(
            (key, at) -> {
                if (at + DEADLINE.toMillis() < now) {
                    due.add(key);
                }
            });
        for (String key : due) {
            decide(key, requests.get(key).request(), List.of());
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
