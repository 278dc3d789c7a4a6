package job.model;

import static job.model.DecisionStatus.APPROVED;
import static job.model.DecisionStatus.REJECTED;
import static job.model.DecisionStatus.REVIEW;

import java.util.List;
import java.util.Locale;

/** The four branches, in the order of the contract's symbols, with the statuses they may answer. */
public enum Branch {
    VALIDATION(List.of("APPROVED", "REJECTED", "UNKNOWN"), List.of(APPROVED, REJECTED)),
    INVENTORY(
        List.of("AVAILABLE", "LIMITED", "UNAVAILABLE", "UNKNOWN"), List.of(APPROVED, REVIEW, REJECTED)),
    FRAUD(List.of("PASS", "WARNING", "FAIL", "UNKNOWN"), List.of(APPROVED, REVIEW, REJECTED)),
    PRICING(
        List.of("MATCH", "DEVIATION", "MISMATCH", "UNKNOWN"), List.of(APPROVED, REVIEW, REJECTED));

    private static final Branch[] VALUES = values();

    private final String text = name().toLowerCase(Locale.ROOT);
    private final List<String> statuses;
    private final List<DecisionStatus> verdicts;

    Branch(List<String> statuses, List<DecisionStatus> verdicts) {
        this.statuses = statuses;
        this.verdicts = verdicts;
    }

    public static int count() {
        return VALUES.length;
    }

    public static Branch at(int ordinal) {
        return VALUES[ordinal];
    }

    /** The name in small letters. */
    public String text() {
        return text;
    }

    /** The text of a status, by its place among the contract's symbols. */
    public String status(int symbol) {
        return statuses.get(symbol);
    }

    /** Whether the status says that the branch could not do its work. */
    public boolean isUnknown(int symbol) {
        return symbol >= verdicts.size();
    }

    /** What a status alone would decide; only a violation of severity ERROR rejects. */
    public DecisionStatus verdict(int symbol, boolean error) {
        if (isUnknown(symbol)) {
            return DecisionStatus.UNKNOWN;
        }
        DecisionStatus listed = verdicts.get(symbol);
        return listed == REJECTED && !error ? REVIEW : listed;
    }
}
