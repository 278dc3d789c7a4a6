package job;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import job.avro.SchemaIds;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.Stores;

/** Runs the job as the environment says until SIGTERM; README.md lists the variables. */
public final class Main {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Map<String, String> ENVIRONMENT = System.getenv();

    private Main() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        SchemaIds ids = SchemaIds.read(Path.of(setting("BENCH_LOCK", "schemas/lock.json")));
        String namespace = setting("BENCH_NAMESPACE");
        Job job = new Job(ids, setting("BENCH_INPUT"), namespace, storage());
        String applicationId = namespace + "streams";
        KafkaStreams streams =
            new KafkaStreams(job.topology(), settings(applicationId), new StableClients(applicationId));
        CountDownLatch ended = new CountDownLatch(1);
        AtomicBoolean failed = new AtomicBoolean();
        AtomicBoolean ready = new AtomicBoolean();
        streams.setUncaughtExceptionHandler(
            error -> StreamThreadExceptionResponse.SHUTDOWN_CLIENT);
        streams.setStateListener(
            (now, before) -> {
                if (now == State.RUNNING && ready.compareAndSet(false, true)) {
                    System.out.println("ready");
                } else if (now == State.ERROR) {
                    failed.set(true);
                    ended.countDown();
                }
            });
        Thread stop =
            new Thread(
                () -> {
                    boolean closed = streams.close(PATIENCE);
                    Runtime.getRuntime().halt(closed && !failed.get() ? 0 : 1);
                });
        Runtime.getRuntime().addShutdownHook(stop);
        streams.start();
        ended.await();
        System.exit(1);
    }

    private static Properties settings(String applicationId) {
        String instance = setting("BENCH_INSTANCE", "one");
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId);
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, setting("BENCH_BOOTSTRAP"));
        settings.put(StreamsConfig.CLIENT_ID_CONFIG, instance);
        settings.put(
            StreamsConfig.STATE_DIR_CONFIG, Path.of(setting("BENCH_STATE"), instance).toString());
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, setting("BENCH_COMMIT_MS", "100"));
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, setting("BENCH_THREADS", "2"));
        settings.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
        settings.put(StreamsConfig.ENABLE_METRICS_PUSH_CONFIG, false);
        // Larger than what changes between two commits, and no larger: what is in it is sorted.
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 16L << 20);
        // While nothing comes in, a commit is as late as the wait for more input is long.
        settings.put(StreamsConfig.POLL_MS_CONFIG, 25);
        // The four answers may come in any order, so no partition waits for another.
        settings.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
        settings.put(
            StreamsConfig.mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), instance);
        settings.put(
            StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 4_000);
        settings.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 4_000);
        // What is refused while the last transaction is being completed is sent again soon.
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.RETRY_BACKOFF_MS_CONFIG), 10);
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 256 << 10);
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG), 128L << 20);
        return settings;
    }

    private static Function<String, KeyValueBytesStoreSupplier> storage() {
        String storage = setting("BENCH_STORE", "memory");
        return switch (storage) {
            case "memory" -> Stores::inMemoryKeyValueStore;
            case "rocksdb" -> Stores::persistentKeyValueStore;
            default -> throw new IllegalArgumentException(
                "BENCH_STORE is " + storage + ": set it to memory or rocksdb");
        };
    }

    private static String setting(String name) {
        String value = ENVIRONMENT.get(name);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException("set " + name + "; README.md says what it is");
        }
        return value;
    }

    private static String setting(String name, String otherwise) {
        return ENVIRONMENT.getOrDefault(name, otherwise);
    }
}
