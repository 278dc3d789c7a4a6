package job;

import job.model.Branch;
import job.model.Judgement;
import job.model.Result;
import job.model.Upload;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/** Answers each upload that holds an invoice. */
abstract class BranchProcessor extends ContextualProcessor<byte[], Upload, String, Result> {
    private final Branch branch;

    BranchProcessor(Branch branch) {
        this.branch = branch;
    }

    /** The branch's judgement, with what follows from it for the branch's state. */
    abstract Judgement judge(Upload upload);

    @Override
    public final void process(Record<byte[], Upload> record) {
        Upload upload = record.value();
        if (upload == null || upload.invoice() == null) {
            return;
        }
        Judgement judgement = judge(upload);
        long now = context().currentSystemTimeMs();
        RecordMetadata source = context().recordMetadata().orElseThrow();
        Result result =
            new Result(
                branch, upload, judgement, now, source.topic(), source.partition(), source.offset());
        context()
            .forward(
                new Record<>(
                    upload.requestId(), result, now, Trace.headers(Trace.of(record.headers()))));
    }
}
