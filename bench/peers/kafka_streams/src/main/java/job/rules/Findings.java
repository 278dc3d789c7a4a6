package job.rules;

import java.util.ArrayList;
import java.util.List;
import job.model.Judgement;
import job.model.Judgement.Details;
import job.model.Severity;
import job.model.Violation;

/** What a branch finds while it goes through its rules. */
public final class Findings {
    private static final String[] LINES = new String[64];

    static {
        for (int number = 0; number < LINES.length; number++) {
            LINES[number] = "lines[" + number + "]";
        }
    }

    private List<Violation> found = List.of();
    private boolean error;

    void error(String rule, String message, String field) {
        add(new Violation(rule, message, Severity.ERROR, field));
        error = true;
    }

    void warning(String rule, String message, String field) {
        add(new Violation(rule, message, Severity.WARNING, field));
    }

    /** The judgement, with the status for nothing found, for warnings only and for an error. */
    Judgement judgement(int good, int doubtful, int bad, Details details) {
        return new Judgement(found.isEmpty() ? good : error ? bad : doubtful, found, details);
    }

    /** The path of a line. */
    static String line(int number) {
        return number < LINES.length ? LINES[number] : "lines[" + number + "]";
    }

    /** Whether a text is missing or empty. */
    public static boolean blank(String text) {
        return text == null || text.isEmpty();
    }

    private void add(Violation violation) {
        if (found.isEmpty()) {
            found = new ArrayList<>(4);
        }
        found.add(violation);
    }
}
