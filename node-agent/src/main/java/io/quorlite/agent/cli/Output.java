package io.quorlite.agent.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.quorlite.agent.admin.Json;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;

/** Writes results for programs. */
final class Output {
    private Output() {}

    /** {@code value} as JSON on one line, or as YAML. */
    static void machine(PrintWriter out, OutputForm form, Object value) {
        out.println(machine(form, value).stripTrailing());
    }

    static String machine(OutputForm form, Object value) {
        if (form != OutputForm.YAML) {
            return Json.write(value);
        }
        DumpSettings settings =
                DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build();
        Object plain = plain(Json.tree(value));
        return new Dump(settings).dumpToString(plain == null ? "" : plain);
    }

    private static @Nullable Object plain(JsonElement element) {
        if (element instanceof JsonObject object) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            object.entrySet().forEach(entry -> map.put(entry.getKey(), plain(entry.getValue())));
            return map;
        }
        if (element instanceof JsonArray array) {
            List<@Nullable Object> list = new ArrayList<>();
            array.forEach(item -> list.add(plain(item)));
            return list;
        }
        if (element instanceof JsonPrimitive primitive) {
            if (primitive.isBoolean()) {
                return primitive.getAsBoolean();
            }
            return primitive.isNumber() ? (Object) primitive.getAsLong() : primitive.getAsString();
        }
        return null;
    }
}
