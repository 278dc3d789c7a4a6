import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** Sends a pointer to a document: SendUpload BOOTSTRAP REGISTRY TOPIC SCHEMA_FILE REQUEST_ID. */
public final class SendUpload {
    public static void main(String[] args) throws Exception {
        Schema schema = new Schema.Parser().parse(Path.of(args[3]).toFile());
        Map<String, Object> settings = new HashMap<>(Registry.settings(args[1]));
        settings.put("bootstrap.servers", args[0]);
        settings.put("acks", "all");
        settings.put("key.serializer", StringSerializer.class);
        settings.put("value.serializer", io.apicurio.registry.serde.avro.AvroKafkaSerializer.class);
        try (var producer = new KafkaProducer<String, GenericRecord>(settings)) {
            GenericRecord upload = upload(schema, args[4]);
            var key = String.valueOf(upload.get("vendor_id"));
            var sent = producer.send(new ProducerRecord<>(args[2], key, upload)).get();
            System.out.println(sent.partition() + ":" + sent.offset());
        }
    }

    private static GenericRecord upload(Schema schema, String requestId) {
        Schema document = nonNull(schema.getField("document").schema());
        Schema metadata = schema.getField("metadata").schema();
        return new GenericRecordBuilder(schema)
            .set("request_id", requestId)
            .set("invoice_id", "scan-0001")
            .set("vendor_id", "V-1001")
            .set("origin", new GenericData.EnumSymbol(schema.getField("origin").schema(), "SCAN"))
            .set("uploaded_at", System.currentTimeMillis())
            .set("document", new GenericRecordBuilder(document)
                .set("uri", "inbox/0001.pdf")
                .set("media_type", "application/pdf")
                .set("sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
                .build())
            .set("metadata", new GenericRecordBuilder(metadata).build())
            .build();
    }

    private static Schema nonNull(Schema union) {
        return union.getTypes().stream().filter(type -> !type.isNullable()).findFirst().orElseThrow();
    }
}
