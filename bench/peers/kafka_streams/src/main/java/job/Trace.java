package job;

import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/** The upload's `traceparent`, which everything that follows from it carries. */
public final class Trace {
    private static final String NAME = "traceparent";

    private Trace() {}

    /** The trace in a record's headers, null when there is none. */
    public static byte[] of(Headers headers) {
        Header header = headers.lastHeader(NAME);
        return header == null ? null : header.value();
    }

    /** Headers with a trace. */
    public static Headers headers(byte[] trace) {
        Headers headers = new RecordHeaders();
        return trace == null ? headers : headers.add(NAME, trace);
    }
}
