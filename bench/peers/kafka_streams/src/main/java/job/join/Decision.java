package job.join;

import java.util.List;

/** A revision of the decision on a request. */
public record Decision(Request request, long decidedAt, List<String> changes) {}
