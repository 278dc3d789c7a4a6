package job.model;

/** How bad a violation is, in the order of the contract's symbols. */
public enum Severity {
    INFO,
    WARNING,
    ERROR,
    UNKNOWN
}
