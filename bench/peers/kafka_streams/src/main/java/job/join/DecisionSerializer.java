package job.join;

import job.avro.AvroWriter;
import job.model.Branch;
import org.apache.kafka.common.serialization.Serializer;

/** Writes `invoice_decision` version 1; the branches' answers are encoded already. */
public final class DecisionSerializer implements Serializer<Decision> {
    private static final int USUAL_SIZE = 1024;

    private final int schemaId;

    public DecisionSerializer(int schemaId) {
        this.schemaId = schemaId;
    }

    @Override
    public byte[] serialize(String topic, Decision decision) {
        Request request = decision.request();
        boolean complete = request.isComplete();
        AvroWriter out =
            AvroWriter.framed(schemaId, USUAL_SIZE)
                .writeString(request.requestId())
                .writeLong(request.attempt())
                .writeString(request.invoiceId())
                .writeString(request.vendorId())
                .writeLong(request.revision())
                .writeLong(request.status().ordinal())
                .writeBoolean(complete);
        writeMissing(out, request.answers());
        writeAnswers(out, request.answers());
        if (!decision.changes().isEmpty()) {
            out.writeLong(decision.changes().size());
            decision.changes().forEach(out::writeString);
        }
        return out.writeArrayEnd()
            .writeLong(request.openedAt())
            .writeLong(decision.decidedAt())
            .writeLong(request.uploadedAt())
            .writeLong(Math.max(0, decision.decidedAt() - request.uploadedAt()))
            .writeNull() // amount
            .writeNull() // vendor_class
            .writeNull() // decided_by
            .writeNull() // approvers
            .writeNull() // reason
            .writeNull() // policy_version
            .writeBoolean(false) // canary
            .writeBoolean(false) // mixed_policies
            .writeNull() // shadow
            .writeNull() // currency
            .writeNull() // due
            .writeEmptyArray() // reviews
            .toBytes();
    }

    private static void writeMissing(AvroWriter out, BranchAnswer[] answers) {
        int missing = Branch.count() - given(answers);
        if (missing > 0) {
            out.writeLong(missing);
            for (int index = 0; index < answers.length; index++) {
                if (answers[index] == null) {
                    out.writeLong(index);
                }
            }
        }
        out.writeArrayEnd();
    }

    private static void writeAnswers(AvroWriter out, BranchAnswer[] answers) {
        out.writeLong(given(answers));
        for (BranchAnswer answer : answers) {
            if (answer != null) {
                out.writeEncoded(answer.encoded());
            }
        }
        out.writeArrayEnd();
    }

    private static int given(BranchAnswer[] answers) {
        int given = 0;
        for (BranchAnswer answer : answers) {
            given += answer == null ? 0 : 1;
        }
        return given;
    }
}
