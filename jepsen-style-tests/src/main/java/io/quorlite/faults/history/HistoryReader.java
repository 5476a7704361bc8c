package io.quorlite.faults.history;

import com.google.gson.JsonParseException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads what a {@link HistoryRecorder} wrote. */
public final class HistoryReader {
    private HistoryReader() {}

    /**
     * Reads a file.
     *
     * @throws MalformedHistoryException naming the line, if a line is damaged or does not follow from those before
     */
    public static History read(Path file) throws IOException {
        try (BufferedReader in = Files.newBufferedReader(file)) {
            return read(in);
        }
    }

    /**
     * Reads to the end.
     *
     * @throws MalformedHistoryException naming the line, if a line is damaged or does not follow from those before
     */
    public static History read(BufferedReader in) throws IOException {
        List<HistoryLine> lines = new ArrayList<>();
        for (String text = in.readLine(); text != null; text = in.readLine()) {
            try {
                lines.add(HistoryJson.decode(text));
            } catch (JsonParseException e) {
                throw new MalformedHistoryException("line " + (lines.size() + 1) + ": " + text, e);
            }
        }
        return History.of(lines);
    }
}
