package job.join;

import job.model.Branch;
import job.model.DecisionStatus;

/** A branch's answer, beside its bytes as they will stand in the decision. */
public record BranchAnswer(Branch branch, int status, boolean error, byte[] encoded) {

    String text() {
        return branch.status(status);
    }

    boolean isUnknown() {
        return branch.isUnknown(status);
    }

    DecisionStatus verdict() {
        return branch.verdict(status, error);
    }
}
