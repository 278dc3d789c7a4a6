package job;

import java.util.Objects;

/** Compares, and says what is different. */
public final class Check {
    private Check() {}

    public static void equal(String what, Object expected, Object found) {
        if (!Objects.equals(expected, found)) {
            throw new AssertionError(what + " should be " + expected + " and is " + found);
        }
    }
}
