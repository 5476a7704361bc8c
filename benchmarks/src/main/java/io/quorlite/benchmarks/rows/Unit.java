package io.quorlite.benchmarks.rows;

/** What a row's value counts, and which way is better. */
public enum Unit {
    PER_SECOND("/s", true),
    EVENTS_PER_SECOND("events/s", true),
    MILLIS("ms", false),
    MEGABYTES("MB", false),
    /** Of throughput, while something else goes on. */
    PERCENT_LOST("% lost", false),
    /** Of the rate with few keys that is left with many. */
    PERCENT_LEFT("% left", true);

    private final String sign;
    private final boolean moreIsBetter;

    Unit(String sign, boolean moreIsBetter) {
        this.sign = sign;
        this.moreIsBetter = moreIsBetter;
    }

    public String sign() {
        return sign;
    }

    public boolean moreIsBetter() {
        return moreIsBetter;
    }
}
