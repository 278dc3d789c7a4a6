package job.join;

import java.util.HashMap;
import java.util.Map;
import job.avro.AvroReader;
import job.avro.AvroWriter;
import job.avro.Frame;
import job.model.Branch;
import job.model.Severity;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Reads the four result records, version 1. The violations are not decoded: a decision holds them
 * in the same bytes.
 */
public final class AnswerDeserializer implements Deserializer<Answer> {
    private final Map<Integer, Branch> branches = new HashMap<>();

    public AnswerDeserializer(Map<Branch, Integer> schemaIds) {
        schemaIds.forEach((branch, id) -> branches.put(id, branch));
    }

    @Override
    public Answer deserialize(String topic, byte[] value) {
        if (value == null) {
            return null;
        }
        Branch branch = branches.get(Frame.schemaId(value));
        if (branch == null) {
            throw new SerializationException("schema " + Frame.schemaId(value) + " is no result's");
        }
        try {
            return answer(branch, new AvroReader(value, Frame.LENGTH));
        } catch (IllegalArgumentException | IndexOutOfBoundsException | ArithmeticException error) {
            throw new SerializationException("the value is no result", error);
        }
    }

    private static Answer answer(Branch branch, AvroReader in) {
        String requestId = in.readString();
        int attempt = in.readInt();
        String invoiceId = in.readString();
        String vendorId = in.readString();
        int status = in.readInt();
        int start = in.position();
        in.skipBytesOrNull(); // unknown_reason
        boolean error = skipViolations(in);
        byte[] reasonAndViolations = in.slice(start, in.position());
        long decidedAt = in.readLong();
        long uploadedAt = in.readLong();
        byte[] policyVersion = in.readBytes();
        byte[] encoded =
            new AvroWriter(reasonAndViolations.length + 48)
                .writeLong(branch.ordinal())
                .writeString(branch.status(status))
                .writeEncoded(reasonAndViolations)
                .writeLong(decidedAt)
                .writeLong(Math.max(0, decidedAt - uploadedAt))
                .writeBytes(policyVersion)
                .writeNull() // shadow
                .toBytes();
        BranchAnswer given = new BranchAnswer(branch, status, error, encoded);
        return new Answer(requestId, attempt, invoiceId, vendorId, uploadedAt, given);
    }

    /** Whether one of them is of severity ERROR. */
    private static boolean skipViolations(AvroReader in) {
        boolean error = false;
        for (int block = in.readBlock(); block > 0; block = in.readBlock()) {
            for (int item = 0; item < block; item++) {
                in.skipBytes(); // rule_id
                in.skipBytes(); // message
                error |= in.readInt() == Severity.ERROR.ordinal();
                in.skipBytesOrNull(); // field
            }
        }
        return error;
    }
}
