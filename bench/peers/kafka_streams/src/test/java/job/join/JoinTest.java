package job.join;

import static job.model.Branch.FRAUD;
import static job.model.Branch.INVENTORY;
import static job.model.Branch.PRICING;
import static job.model.Branch.VALIDATION;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import job.Check;
import job.Job;
import job.Trace;
import job.avro.AvroReader;
import job.avro.Frame;
import job.avro.ResultSerializer;
import job.avro.SchemaIds;
import job.model.Branch;
import job.model.DecisionStatus;
import job.model.Judgement;
import job.model.Judgement.FraudDetails;
import job.model.Judgement.InventoryDetails;
import job.model.Judgement.PricingDetails;
import job.model.Judgement.ValidationDetails;
import job.model.Result;
import job.model.Upload;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.test.TestRecord;

/** Deadline, revisions and memory of the join, with a clock that is turned by hand. */
public final class JoinTest implements AutoCloseable {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final byte[] TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".getBytes();
    private static final int GOOD = 0;
    private static final int BAD = 2;
    private static final int UNABLE = 3;

    private final TopologyTestDriver driver;
    private final Map<Branch, TestInputTopic<String, Result>> results = new EnumMap<>(Branch.class);
    private final TestOutputTopic<String, byte[]> decisions;
    private Instant now = START;

    private JoinTest(SchemaIds ids) {
        Job job = new Job(ids, "uploads", "", Stores::inMemoryKeyValueStore);
        driver = new TopologyTestDriver(job.topology(), new Properties(), START);
        for (Branch branch : Branch.values()) {
            results.put(
                branch,
                driver.createInputTopic(
                    "invoice." + branch.text() + ".result",
                    new StringSerializer(),
                    new ResultSerializer(ids.results())));
        }
        decisions =
            driver.createOutputTopic(
                "invoice.decision", new StringDeserializer(), new ByteArrayDeserializer());
    }

    public static void main(String[] arguments) throws IOException {
        SchemaIds ids = SchemaIds.read(Path.of(arguments[0]));
        try (JoinTest test = new JoinTest(ids)) {
            test.decidesOnceAllHaveAnswered();
        }
        try (JoinTest test = new JoinTest(ids)) {
            test.decidesAtTheDeadlineAndRevises();
        }
        try (JoinTest test = new JoinTest(ids)) {
            test.revisesWhatABranchCouldNotSay();
        }
        try (JoinTest test = new JoinTest(ids)) {
            test.remembersForADay();
        }
        System.out.println("JoinTest passed");
    }

    @Override
    public void close() {
        driver.close();
    }

    private void decidesOnceAllHaveAnswered() {
        answer("a", PRICING, GOOD);
        answer("a", VALIDATION, GOOD);
        answer("a", INVENTORY, 1);
        answer("a", INVENTORY, BAD);
        expect("before the fourth");
        answer("a", FRAUD, GOOD);
        expect("all", "a 1 REVIEW true [] []");
        for (Branch branch : Branch.values()) {
            answer("a", branch, GOOD);
        }
        expect("twice");
        pass(Duration.ofMinutes(2));
        expect("after the deadline");
    }

    private void decidesAtTheDeadlineAndRevises() {
        answer("a", VALIDATION, GOOD);
        pass(Duration.ofSeconds(30));
        answer("b", VALIDATION, GOOD);
        answer("a", INVENTORY, GOOD);
        pass(Duration.ofSeconds(30));
        expect("exactly at the deadline");
        pass(Duration.ofSeconds(1));
        expect("after it", "a 1 REVIEW false [FRAUD, PRICING] []");
        answer("a", VALIDATION, GOOD);
        expect("a second answer of the same branch");
        answer("a", FRAUD, GOOD);
        expect("late", "a 2 REVIEW false [PRICING] [fraud: missing → PASS]");
        answer("a", PRICING, GOOD);
        expect(
            "last",
            "a 3 APPROVED true [] [pricing: missing → MATCH, status: REVIEW → APPROVED]");
        pass(Duration.ofSeconds(30));
        expect("the other's deadline", "b 1 REVIEW false [INVENTORY, FRAUD, PRICING] []");
    }

    private void revisesWhatABranchCouldNotSay() {
        answer("a", VALIDATION, GOOD);
        answer("a", INVENTORY, GOOD);
        answer("a", FRAUD, UNABLE);
        answer("a", PRICING, GOOD);
        expect("unable", "a 1 REVIEW true [] []");
        answer("a", FRAUD, UNABLE);
        expect("still unable");
        answer("a", FRAUD, GOOD);
        expect("able", "a 2 APPROVED true [] [fraud: UNKNOWN → PASS, status: REVIEW → APPROVED]");
        answer("a", FRAUD, BAD);
        expect("settled");
    }

    private void remembersForADay() {
        for (Branch branch : Branch.values()) {
            answer("a", branch, GOOD);
        }
        expect("all", "a 1 APPROVED true [] []");
        pass(Duration.ofHours(23));
        answer("a", FRAUD, GOOD);
        pass(Duration.ofMinutes(2));
        expect("remembered");
        pass(Duration.ofHours(2));
        answer("a", FRAUD, GOOD);
        pass(Duration.ofMinutes(2));
        expect("forgotten", "a 1 REVIEW false [VALIDATION, INVENTORY, PRICING] []");
    }

    private void answer(String request, Branch branch, int status) {
        Upload upload = new Upload(request, 1, "invoice", "vendor", now.toEpochMilli(), null);
        Judgement judgement =
            new Judgement(
                status,
                List.of(),
                switch (branch) {
                    case VALIDATION -> new ValidationDetails(15);
                    case INVENTORY -> new InventoryDetails(null);
                    case FRAUD -> new FraudDetails(0, List.of());
                    case PRICING -> new PricingDetails("EUR", 0, 0);
                });
        Result result = new Result(branch, upload, judgement, now.toEpochMilli(), "uploads", 0, 0);
        results.get(branch).pipeInput(new TestRecord<>(request, result, Trace.headers(TRACE), now));
    }

    private void pass(Duration time) {
        now = now.plus(time);
        driver.advanceWallClockTime(time);
    }

    /** Checks what has been decided since it was last asked. */
    private void expect(String when, String... expected) {
        List<String> found = new ArrayList<>();
        for (TestRecord<String, byte[]> record : decisions.readRecordsToList()) {
            Check.equal("trace", new String(TRACE), new String(Trace.of(record.headers())));
            found.add(readable(record.value()));
        }
        Check.equal("what is decided " + when, List.of(expected), found);
    }

    private static String readable(byte[] value) {
        AvroReader in = new AvroReader(value, Frame.LENGTH);
        String request = in.readString();
        in.skipLong(); // attempt
        in.skipBytes(); // invoice_id
        in.skipBytes(); // vendor_id
        int revision = in.readInt();
        DecisionStatus status = DecisionStatus.values()[in.readInt()];
        boolean complete = in.readBoolean();
        List<Branch> missing = new ArrayList<>();
        for (int block = in.readBlock(); block > 0; block = in.readBlock()) {
            for (int item = 0; item < block; item++) {
                missing.add(Branch.at(in.readInt()));
            }
        }
        for (int block = in.readBlock(); block > 0; block = in.readBlock()) {
            for (int item = 0; item < block; item++) {
                in.skipLong(); // branch
                in.skipBytes(); // status
                in.skipBytesOrNull(); // unknown_reason
                Check.equal("violations", 0, in.readBlock());
                in.skipLong(); // decided_at
                in.skipLong(); // latency_ms
                in.skipBytes(); // policy_version
                in.skipBytesOrNull(); // shadow
            }
        }
        List<String> changes = new ArrayList<>();
        for (int block = in.readBlock(); block > 0; block = in.readBlock()) {
            for (int item = 0; item < block; item++) {
                changes.add(in.readString());
            }
        }
        return request + " " + revision + " " + status + " " + complete + " " + missing + " " + changes;
    }
}
