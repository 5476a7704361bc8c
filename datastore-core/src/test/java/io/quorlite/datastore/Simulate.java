package io.quorlite.datastore;

import java.util.Locale;

/**
 * Runs seeds until time is up: {@code [--minutes N] [--seeds N] [--seed FIRST] [--sqlite] [--trace]}. Prints each seed that
 * fails, with what it breached; exits with 1 where one did.
 */
public final class Simulate {
    private Simulate() {}

    public static void main(String[] arguments) {
        double minutes = Double.parseDouble(option(arguments, "--minutes", "1"));
        long first = Long.parseLong(option(arguments, "--seed", String.valueOf(System.nanoTime() >>> 10)));
        long seedsMax = Long.parseLong(option(arguments, "--seeds", String.valueOf(Long.MAX_VALUE)));
        boolean sqlite = has(arguments, "--sqlite");
        long began = System.nanoTime();
        long end = began + (long) (minutes * 60e9);
        long calls = 0;
        int failed = 0;
        long seed = first;
        for (; System.nanoTime() < end && seed - first < seedsMax; seed++) {
            DatastoreSimulation.Outcome outcome =
                    DatastoreSimulation.run(seed, SimulationMutant.NONE, sqlite, has(arguments, "--trace"));
            calls += outcome.calls();
            if (has(arguments, "--trace")) {
                outcome.trace().forEach(System.out::println);
            }
            if (!outcome.breaches().isEmpty()) {
                failed++;
                System.out.println("seed " + seed + " FAILED, replay it with --seed " + seed + " --seeds 1 --trace"
                        + (sqlite ? " --sqlite" : ""));
                outcome.breaches().stream().limit(10).forEach(breach -> System.out.println("  " + breach));
            }
        }
        double seconds = (System.nanoTime() - began) / 1e9;
        System.out.println(String.format(
                Locale.ROOT,
                "seeds %d to %d, %d failed, %d calls, %.0f seeds a minute",
                first,
                seed - 1,
                failed,
                calls,
                (seed - first) * 60 / seconds));
        if (failed > 0) {
            System.exit(1);
        }
    }

    private static boolean has(String[] arguments, String name) {
        return java.util.Arrays.asList(arguments).contains(name);
    }

    private static String option(String[] arguments, String name, String otherwise) {
        for (int i = 0; i + 1 < arguments.length; i++) {
            if (arguments[i].equals(name)) {
                return arguments[i + 1];
            }
        }
        return otherwise;
    }
}
