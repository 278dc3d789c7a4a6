package job.model;

/** What a branch writes: its judgement, and the upload it is about with where that stands. */
public record Result(
    Branch branch,
    Upload upload,
    Judgement judgement,
    long decidedAt,
    String topic,
    int partition,
    long offset) {}
