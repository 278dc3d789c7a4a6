"""The plainest ingest API there is, FastAPI and a producer: what `POST /invoices` is held against.

It answers when the broker has acknowledged, as ours does; it reads no invoice and checks nothing,
and sends JSON as it came.
"""

import json
import os
import sys
import uuid
from typing import Any

import uvicorn
from confluent_kafka import Producer
from fastapi import FastAPI

app = FastAPI()
producer = Producer({"bootstrap.servers": os.environ["BOOTSTRAP"], "enable.idempotence": True})


@app.post("/invoices", status_code=202)
def invoices(invoice: dict[str, Any]) -> dict[str, str]:
    """An invoice comes in."""
    request_id = str(uuid.uuid4())
    producer.produce(os.environ["TOPIC"], json.dumps(invoice), request_id)
    producer.flush()
    return {"request_id": request_id}


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), access_log=False, log_level="warning")
