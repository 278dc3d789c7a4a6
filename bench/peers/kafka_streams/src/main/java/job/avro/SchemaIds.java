package job.avro;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import job.model.Branch;

/** Which id stands for the first version of each record. */
public record SchemaIds(int upload, Map<Branch, Integer> results, int decision) {

    /** The ids that `schemas/lock.json` gives. */
    public static SchemaIds read(Path lock) throws IOException {
        Map<String, Integer> ids = new HashMap<>();
        JsonNode entries = new ObjectMapper().readTree(lock.toFile()).path("ids");
        entries.fields().forEachRemaining(entry -> {
            if (entry.getValue().path("version").asInt() == 1) {
                ids.put(entry.getValue().path("record").asText(), Integer.valueOf(entry.getKey()));
            }
        });
        Map<Branch, Integer> results = new HashMap<>();
        for (Branch branch : Branch.values()) {
            results.put(branch, idOf(ids, branch.text() + "_result", lock));
        }
        return new SchemaIds(
            idOf(ids, "invoice_uploaded", lock), results, idOf(ids, "invoice_decision", lock));
    }

    private static int idOf(Map<String, Integer> ids, String record, Path lock) {
        Integer id = ids.get(record);
        if (id == null) {
            throw new IllegalArgumentException(lock + " has no id for " + record + " version 1");
        }
        return id;
    }
}
