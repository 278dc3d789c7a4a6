package job.join;

import job.avro.AvroReader;
import job.avro.AvroWriter;
import job.model.Branch;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * What is stored of a request: its answers while it waits for more; once it has been decided, when
 * that was, and its answers only as long as a further one could still change the decision.
 */
public record Entry(long decidedAt, Request request) {
    private static final long WAITING = -1;
    private static final int USUAL_SIZE = 512;
    private static final int SMALL_SIZE = 12;

    static Entry waiting(Request request) {
        return new Entry(WAITING, request);
    }

    static Entry decided(Request request, long at) {
        return new Entry(at, request.isUnsettled() ? request : null);
    }

    public static Serde<Entry> serde() {
        return Serdes.serdeFrom(
            (topic, entry) -> entry == null ? null : entry.toBytes(),
            (topic, bytes) -> bytes == null ? null : read(new AvroReader(bytes, 0)));
    }

    boolean isWaiting() {
        return decidedAt == WAITING;
    }

    private byte[] toBytes() {
        if (request == null) {
            return new AvroWriter(SMALL_SIZE).writeLong(decidedAt).writeNull().toBytes();
        }
        AvroWriter out =
            new AvroWriter(USUAL_SIZE)
                .writeLong(decidedAt)
                .writePresent()
                .writeString(request.requestId())
                .writeLong(request.attempt())
                .writeString(request.invoiceId())
                .writeString(request.vendorId())
                .writeLong(request.openedAt())
                .writeLong(request.uploadedAt());
        if (request.trace() == null) {
            out.writeNull();
        } else {
            out.writePresent().writeBytes(request.trace());
        }
        out.writeLong(request.revision());
        for (BranchAnswer answer : request.answers()) {
            if (answer == null) {
                out.writeNull();
            } else {
                out.writePresent()
                    .writeLong(answer.status())
                    .writeBoolean(answer.error())
                    .writeBytes(answer.encoded());
            }
        }
        return out.toBytes();
    }

    private static Entry read(AvroReader in) {
        long decidedAt = in.readLong();
        if (!in.present()) {
            return new Entry(decidedAt, null);
        }
        String requestId = in.readString();
        int attempt = in.readInt();
        String invoiceId = in.readString();
        String vendorId = in.readString();
        long openedAt = in.readLong();
        long uploadedAt = in.readLong();
        byte[] trace = in.present() ? in.readBytes() : null;
        int revision = in.readInt();
        BranchAnswer[] answers = new BranchAnswer[Branch.count()];
        for (int index = 0; index < answers.length; index++) {
            if (in.present()) {
                answers[index] =
                    new BranchAnswer(
                        Branch.at(index), in.readInt(), in.readBoolean(), in.readBytes());
            }
        }
        return new Entry(
            decidedAt,
            new Request(
                requestId, attempt, invoiceId, vendorId, openedAt, uploadedAt, trace, revision, answers));
    }
}
