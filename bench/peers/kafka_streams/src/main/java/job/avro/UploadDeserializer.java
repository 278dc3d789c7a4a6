package job.avro;

import java.util.ArrayList;
import java.util.List;
import job.model.Invoice;
import job.model.Invoice.Line;
import job.model.Invoice.Party;
import job.model.Invoice.Totals;
import job.model.Invoice.VatSubtotal;
import job.model.Upload;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;

/** Reads `invoice_uploaded` version 2: the fields any branch wants, in the order they stand there. */
public final class UploadDeserializer implements Deserializer<Upload> {
    private final int schemaId;

    public UploadDeserializer(int schemaId) {
        this.schemaId = schemaId;
    }

    @Override
    public Upload deserialize(String topic, byte[] value) {
        if (value == null) {
            return null;
        }
        int written = Frame.schemaId(value);
        if (written != schemaId) {
            throw new SerializationException("schema " + written + " is no upload's");
        }
        try {
            return upload(new AvroReader(value, Frame.LENGTH));
        } catch (IllegalArgumentException | IndexOutOfBoundsException | ArithmeticException error) {
            throw new SerializationException("the value is no upload", error);
        }
    }

    private static Upload upload(AvroReader in) {
        String requestId = in.readString();
        int attempt = in.readInt();
        String invoiceId = in.readString();
        String vendorId = in.readStringOrNull();
        in.skipLong(); // origin
        long uploadedAt = in.readLong();
        if (in.present()) { // document
            in.skipBytes();
            in.skipBytes();
            in.skipBytes();
        }
        Invoice invoice = in.present() ? invoice(in) : null;
        return new Upload(
            requestId, attempt, invoiceId, vendorId == null ? "" : vendorId, uploadedAt, invoice);
    }

    private static Invoice invoice(AvroReader in) {
        in.skipBytesOrNull(); // syntax
        for (int block = in.readBlock(); block > 0; block = in.readBlock()) {
            for (int item = 0; item < block; item++) {
                in.skipBytes(); // lacks
            }
        }
        String number = in.readStringOrNull();
        int issueDate = in.readDayOrNone();
        String typeCode = in.readStringOrNull();
        String currency = in.readStringOrNull();
        in.skipBytesOrNull(); // tax_currency
        in.skipLongOrNull(); // tax_point_date
        in.skipBytesOrNull(); // tax_point_code
        int dueDate = in.readDayOrNone();
        in.skipBytesOrNull(); // buyer_reference
        in.skipBytesOrNull(); // contract
        String purchaseOrder = in.readStringOrNull();
        String goodsReceipt = in.readStringOrNull();
        in.skipBytesOrNull(); // despatch_advice
        for (int block = in.readBlock(); block > 0; block = in.readBlock()) {
            for (int item = 0; item < block; item++) { // preceding_invoices
                in.skipBytesOrNull();
                in.skipLongOrNull();
            }
        }
        skipPairs(in); // supporting_documents
        int deliveryDate = in.readDayOrNone();
        skipPeriod(in);
        in.skipBytesOrNull(); // customization
        String account = account(in);
        in.skipBytesOrNull(); // payment_terms
        Party seller = party(in);
        Party buyer = party(in);
        if (in.present()) { // tax_representative
            in.skipBytesOrNull();
            in.skipBytesOrNull();
            country(in);
        }
        country(in); // delivery_address
        skipAllowancesCharges(in);
        List<Line> lines = lines(in);
        List<VatSubtotal> vatBreakdown = vatBreakdown(in);
        return new Invoice(
            number,
            issueDate,
            typeCode,
            currency,
            dueDate,
            purchaseOrder,
            goodsReceipt,
            deliveryDate,
            account,
            seller,
            buyer,
            lines,
            vatBreakdown,
            totals(in));
    }

    /** Reads the payments; the account of the first one. */
    private static String account(AvroReader in) {
        String account = null;
        boolean first = true;
        for (int block = in.readBlock(); block > 0; block = in.readBlock()) {
            for (int item = 0; item < block; item++) {
                in.skipBytesOrNull(); // means
                if (in.present()) {
                    String id = in.readStringOrNull();
                    account = first ? id : account;
                    in.skipBytesOrNull(); // bank
                }
                in.skipBytesOrNull(); // debited_account
                in.skipBytesOrNull(); // card
                first = false;
            }
        }
        return account;
    }

    private static Party party(AvroReader in) {
        String name = in.readStringOrNull();
        in.skipBytesOrNull(); // identifier
        in.skipBytesOrNull(); // legal_id
        String vatId = in.readStringOrNull();
        in.skipBytesOrNull(); // tax_id
        String country = country(in);
        skipIdentifier(in); // endpoint
        return new Party(name, vatId, country);
    }

    /** Reads an address, if there is one; its country. */
    private static String country(AvroReader in) {
        if (!in.present()) {
            return null;
        }
        in.skipBytesOrNull();
        in.skipBytesOrNull();
        in.skipBytesOrNull();
        return in.readStringOrNull();
    }

    private static void skipIdentifier(AvroReader in) {
        if (in.present()) {
            in.skipBytesOrNull();
            in.skipBytesOrNull();
        }
    }

    private static void skipPeriod(AvroReader in) {
        if (in.present()) {
            in.skipLongOrNull();
            in.skipLongOrNull();
        }
    }

    /** Skips an array of records of two strings each. */
    private static void skipPairs(AvroReader in) {
        for (int block = in.readBlock(); block > 0; block = in.readBlock()) {
            for (int item = 0; item < block; item++) {
                in.skipBytesOrNull();
                in.skipBytesOrNull();
            }
        }
    }

    private static List<Line> lines(AvroReader in) {
        int block = in.readBlock();
        List<Line> lines = block == 0 ? List.of() : new ArrayList<>(block);
        for (; block > 0; block = in.readBlock()) {
            for (int item = 0; item < block; item++) {
                lines.add(line(in));
            }
        }
        return lines;
    }

    private static Line line(AvroReader in) {
        in.skipBytesOrNull(); // id
        String itemId = in.readStringOrNull();
        String name = in.readStringOrNull();
        long quantity = in.readAmountOrNone();
        String unit = in.readStringOrNull();
        long price = in.readAmountOrNone();
        in.skipBytesOrNull(); // gross_price
        in.skipBytesOrNull(); // price_discount
        long baseQuantity = in.readAmountOrNone();
        in.skipBytesOrNull(); // base_unit
        long net = in.readAmountOrNone();
        String vatCategory = in.readStringOrNull();
        in.skipBytesOrNull(); // tax_scheme
        long vatRate = in.readAmountOrNone();
        in.skipBytesOrNull(); // order_line
        skipPeriod(in);
        in.skipBytesOrNull(); // origin
        skipIdentifier(in); // standard_id
        skipPairs(in); // classifications
        skipPairs(in); // attributes
        skipAllowancesCharges(in);
        return new Line(itemId, name, quantity, unit, price, baseQuantity, net, vatCategory, vatRate);
    }

    private static void skipAllowancesCharges(AvroReader in) {
        for (int block = in.readBlock(); block > 0; block = in.readBlock()) {
            for (int item = 0; item < block; item++) {
                in.readBoolean();
                for (int field = 0; field < 8; field++) {
                    in.skipBytesOrNull();
                }
            }
        }
    }

    private static List<VatSubtotal> vatBreakdown(AvroReader in) {
        int block = in.readBlock();
        List<VatSubtotal> breakdown = block == 0 ? List.of() : new ArrayList<>(block);
        for (; block > 0; block = in.readBlock()) {
            for (int item = 0; item < block; item++) {
                in.skipBytesOrNull(); // category
                long rate = in.readAmountOrNone();
                long taxable = in.readAmountOrNone();
                long tax = in.readAmountOrNone();
                in.skipBytesOrNull(); // exemption_reason
                in.skipBytesOrNull(); // exemption_code
                in.skipBytesOrNull(); // tax_scheme
                breakdown.add(new VatSubtotal(rate, taxable, tax));
            }
        }
        return breakdown;
    }

    private static Totals totals(AvroReader in) {
        long linesNet = in.readAmountOrNone();
        long allowances = in.readAmountOrNone();
        long charges = in.readAmountOrNone();
        long net = in.readAmountOrNone();
        long tax = in.readAmountOrNone();
        in.skipBytesOrNull(); // tax_accounting
        long gross = in.readAmountOrNone();
        long prepaid = in.readAmountOrNone();
        long rounding = in.readAmountOrNone();
        long payable = in.readAmountOrNone();
        return new Totals(
            linesNet, allowances, charges, net, tax, gross, prepaid, rounding, payable);
    }
}
