package job.model;

/** A rule that the invoice does not satisfy; the field may be null. */
public record Violation(String rule, String message, Severity severity, String field) {}
