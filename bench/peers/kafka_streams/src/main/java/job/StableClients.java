package job;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;

/**
 * Clients whose transactional ids stay the same when the process is started again.
 *
 * <p>With stores in memory Kafka Streams draws a new process id at each start and puts it into the
 * transactional ids, so after a kill the old transactions stay open, and hide what comes after
 * them, until they time out. Named after the instance and the thread, the new producer aborts its
 * predecessor's transaction at once.
 */
final class StableClients extends DefaultKafkaClientSupplier {
    private final String applicationId;

    StableClients(String applicationId) {
        this.applicationId = applicationId;
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        Map<String, Object> stable = new HashMap<>(config);
        stable.put(
            ProducerConfig.TRANSACTIONAL_ID_CONFIG,
            applicationId + "-" + config.get(StreamsConfig.CLIENT_ID_CONFIG));
        return super.getProducer(stable);
    }
}
