package job.model;

/** The decision, in the order of the contract's symbols. */
public enum DecisionStatus {
    APPROVED,
    REVIEW,
    REJECTED,
    UNKNOWN
}
