package io.quorlite.agent.config;

/**
 * A key's value and where it came from.
 *
 * @param text several values with commas between them
 * @param origin for people: an option, a variable, a file, {@code default}
 */
public record Setting(String text, String origin) {}
