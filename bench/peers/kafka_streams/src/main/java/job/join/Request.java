package job.join;

import java.util.ArrayList;
import java.util.List;
import job.model.Branch;
import job.model.DecisionStatus;

/**
 * A request whose answers are still of use. Answers stand at their branch's place, null where
 * there is none. The trace is the upload's `traceparent`, null when it had none.
 */
public record Request(
    String requestId,
    int attempt,
    String invoiceId,
    String vendorId,
    long openedAt,
    long uploadedAt,
    byte[] trace,
    int revision,
    BranchAnswer[] answers) {

    static Request opened(Answer answer, long openedAt, byte[] trace) {
        BranchAnswer[] answers = new BranchAnswer[Branch.count()];
        answers[answer.given().branch().ordinal()] = answer.given();
        return new Request(
            answer.requestId(),
            answer.attempt(),
            answer.invoiceId(),
            answer.vendorId(),
            openedAt,
            answer.uploadedAt(),
            trace,
            0,
            answers);
    }

    /** Whether the branch has answered; an answer that could do its work replaces UNKNOWN. */
    boolean has(BranchAnswer answer) {
        BranchAnswer other = answers[answer.branch().ordinal()];
        return other != null && (!other.isUnknown() || answer.isUnknown());
    }

    Request with(BranchAnswer answer) {
        BranchAnswer[] more = answers.clone();
        more[answer.branch().ordinal()] = answer;
        return new Request(
            requestId, attempt, invoiceId, vendorId, openedAt, uploadedAt, trace, revision, more);
    }

    Request revised() {
        return new Request(
            requestId, attempt, invoiceId, vendorId, openedAt, uploadedAt, trace, revision + 1, answers);
    }

    boolean isComplete() {
        for (BranchAnswer answer : answers) {
            if (answer == null) {
                return false;
            }
        }
        return true;
    }

    /** Whether a further answer could still change the decision. */
    boolean isUnsettled() {
        for (BranchAnswer answer : answers) {
            if (answer == null || answer.isUnknown()) {
                return true;
            }
        }
        return false;
    }

    /** The worst of the verdicts, REVIEW while one is missing or UNKNOWN. */
    DecisionStatus status() {
        DecisionStatus worst = DecisionStatus.APPROVED;
        for (BranchAnswer answer : answers) {
            DecisionStatus verdict = answer == null ? DecisionStatus.UNKNOWN : answer.verdict();
            if (verdict == DecisionStatus.UNKNOWN) {
                return DecisionStatus.REVIEW;
            }
            if (verdict.compareTo(worst) > 0) {
                worst = verdict;
            }
        }
        return worst;
    }

    /** What is different since another revision, a sentence a branch and one for the status. */
    List<String> changesSince(Request before) {
        List<String> changes = new ArrayList<>();
        for (BranchAnswer answer : answers) {
            if (answer == null) {
                continue;
            }
            BranchAnswer then = before.answers[answer.branch().ordinal()];
            String old = then == null ? "missing" : then.text();
            if (!old.equals(answer.text())) {
                changes.add(answer.branch().text() + ": " + old + " → " + answer.text());
            }
        }
        if (before.status() != status()) {
            changes.add("status: " + before.status() + " → " + status());
        }
        return changes;
    }
}
