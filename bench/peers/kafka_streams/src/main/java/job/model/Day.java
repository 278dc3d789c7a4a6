package job.model;

/** Dates as days since 1970-01-01. */
public final class Day {
    /** Stands for a date that is not there. */
    public static final int NONE = Integer.MIN_VALUE;

    private static final long MILLISECONDS = 86_400_000;
    private static final int THURSDAY = 3;

    private Day() {}

    public static boolean known(int day) {
        return day != NONE;
    }

    /** The day of an instant in UTC. */
    public static int of(long instant) {
        return (int) Math.floorDiv(instant, MILLISECONDS);
    }

    public static boolean isWeekend(int day) {
        return Math.floorMod(day + THURSDAY, 7) > 4;
    }
}
