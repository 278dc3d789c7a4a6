package job.join;

/** A result as the join reads it: a branch's answer, and the request it is about. */
public record Answer(
    String requestId,
    int attempt,
    String invoiceId,
    String vendorId,
    long uploadedAt,
    BranchAnswer given) {

    /** What results are joined by. */
    String key() {
        return requestId + "/" + attempt;
    }
}
