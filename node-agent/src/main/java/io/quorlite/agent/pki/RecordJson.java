package io.quorlite.agent.pki;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import io.quorlite.mvcc.Bytes;
import io.quorlite.system.SystemRecord;
import java.nio.charset.StandardCharsets;

/** System records as JSON. What a version does not know is left out; what is missing is null, 0 or false. Thread-safe. */
public final class RecordJson {
    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    private RecordJson() {}

    public static Bytes write(Object value) {
        return Bytes.utf8(GSON.toJson(value));
    }

    /**
     * Reads what {@link #write} made.
     *
     * @throws IllegalArgumentException if the record is not of that form
     */
    public static <T> T read(SystemRecord systemRecord, Class<T> type) {
        try {
            T value = GSON.fromJson(new String(systemRecord.value().unsafeArray(), StandardCharsets.UTF_8), type);
            if (value != null) {
                return value;
            }
        } catch (JsonParseException e) {
            throw new IllegalArgumentException("the record " + systemRecord.name() + " is damaged", e);
        }
        throw new IllegalArgumentException("the record " + systemRecord.name() + " is empty");
    }
}
