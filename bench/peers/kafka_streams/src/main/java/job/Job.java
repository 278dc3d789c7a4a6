package job;

import java.util.Map;
import java.util.function.Function;
import job.avro.ResultSerializer;
import job.avro.SchemaIds;
import job.avro.UploadDeserializer;
import job.join.AnswerDeserializer;
import job.join.DecisionSerializer;
import job.join.Entry;
import job.join.JoinProcessor;
import job.model.Branch;
import job.model.Result;
import job.model.Upload;
import job.rules.Billed;
import job.rules.History;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * What is connected to what.
 *
 * <pre>
 *           ┌─ validation ─ invoice.validation.result ─┐
 * uploads ──┼─ inventory ── invoice.inventory.result ──┼─ join ─ invoice.decision
 *           ├─ fraud ────── invoice.fraud.result ──────┤
 *           └─ pricing ──── invoice.pricing.result ────┘
 * </pre>
 */
public final class Job {
    private static final Map<Branch, ProcessorSupplier<byte[], Upload, String, Result>> BRANCHES =
        Map.of(
            Branch.VALIDATION, Branches.ValidationProcessor::new,
            Branch.INVENTORY, Branches.InventoryProcessor::new,
            Branch.FRAUD, Branches.FraudProcessor::new,
            Branch.PRICING, Branches.PricingProcessor::new);

    private final SchemaIds ids;
    private final String input;
    private final String namespace;
    private final Function<String, KeyValueBytesStoreSupplier> storage;

    /** The job that reads a topic and writes under a namespace, its state stored as said. */
    public Job(
        SchemaIds ids,
        String input,
        String namespace,
        Function<String, KeyValueBytesStoreSupplier> storage) {
        this.ids = ids;
        this.input = input;
        this.namespace = namespace;
        this.storage = storage;
    }

    public Topology topology() {
        Topology topology = new Topology();
        topology.addSource(
            "uploads", new ByteArrayDeserializer(), new UploadDeserializer(ids.upload()), input);
        String[] results = new String[Branch.count()];
        for (Branch branch : Branch.values()) {
            results[branch.ordinal()] = resultsOf(branch);
            topology.addProcessor(branch.text(), BRANCHES.get(branch), "uploads");
            topology.addSink(
                branch.text() + "-results",
                resultsOf(branch),
                new StringSerializer(),
                new ResultSerializer(ids.results()),
                branch.text());
        }
        topology.addStateStore(
            cached(Branches.BILLED, Billed.serde()), Branch.INVENTORY.text());
        topology.addStateStore(
            cached(Branches.HISTORIES, History.serde()), Branch.FRAUD.text());
        topology.addSource(
            "results", new ByteArrayDeserializer(), new AnswerDeserializer(ids.results()), results);
        topology.addProcessor("join", JoinProcessor::new, "results");
        topology.addStateStore(cached(JoinProcessor.STORE, Entry.serde()), "join");
        topology.addSink(
            "decisions",
            namespace + "invoice.decision",
            new StringSerializer(),
            new DecisionSerializer(ids.decision()),
            "join");
        return topology;
    }

    private String resultsOf(Branch branch) {
        return namespace + "invoice." + branch.text() + ".result";
    }

    /** A store of which each key is written once a commit, however often it changed. */
    private <V> StoreBuilder<?> cached(String name, Serde<V> values) {
        return Stores.keyValueStoreBuilder(storage.apply(name), Serdes.String(), values)
            .withCachingEnabled();
    }
}
