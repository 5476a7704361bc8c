package io.quorlite.etcd.transcript;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/**
 * Recorded gRPC traffic: one JSON object a line with the microseconds since the recording began, the call's number, its method,
 * what happened, and the message in base64.
 */
public record Transcript(List<Call> calls) {
    private static final Pattern LINE = Pattern.compile(
            "\\{\"t\":(\\d+),\"call\":(\\d+),\"method\":\"([^\"]*)\",\"kind\":\"(\\w+)\",\"data\":\"(.*)\"}");

    /** One message or mark of a call. */
    public record Entry(long micros, String kind, String data) {
        public byte[] message() {
            return Base64.getDecoder().decode(data);
        }
    }

    /** A call from its opening to its end. */
    public record Call(int number, String method, List<Entry> entries) {
        public List<Entry> ofKind(String kind) {
            return entries.stream().filter(entry -> entry.kind().equals(kind)).toList();
        }

        public boolean requiresLeader() {
            return ofKind("open").stream().anyMatch(entry -> entry.data().equals("hasleader"));
        }
    }

    /** Reads a gzipped transcript from the class path. */
    public static Transcript ofResource(String name) throws IOException {
        try (InputStream resource = Transcript.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new IOException("no such resource: " + name);
            }
            return read(new GZIPInputStream(resource));
        }
    }

    private static Transcript read(InputStream lines) throws IOException {
        Map<Integer, Call> calls = new TreeMap<>();
        BufferedReader reader = new BufferedReader(new InputStreamReader(lines, StandardCharsets.UTF_8));
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
            Matcher fields = LINE.matcher(line);
            if (!fields.matches()) {
                throw new IOException("not a line of a transcript: " + line);
            }
            int number = Integer.parseInt(fields.group(2));
            calls.computeIfAbsent(number, call -> new Call(call, fields.group(3), new ArrayList<>()))
                    .entries()
                    .add(new Entry(Long.parseLong(fields.group(1)), fields.group(4), fields.group(5)));
        }
        return new Transcript(List.copyOf(calls.values()));
    }
}
