package job.model;

/** An uploaded invoice, as far as the branches read it; the invoice is null for a document. */
public record Upload(
    String requestId,
    int attempt,
    String invoiceId,
    String vendorId,
    long uploadedAt,
    Invoice invoice) {}
