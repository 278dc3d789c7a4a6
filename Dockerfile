# The images of Manifold: `flows` for every flow but `extract`, and for the commands that prepare a
# cluster; `extract`, which can read documents as well. docs/shipping.md says how they are built.
#
#     docker build --target flows --tag manifold .
#     docker build --target extract --tag manifold-extract .

# The digest names the base for every architecture; Debian's packages are those of the day it was made.
ARG BASE=python:3.11.14-slim-bookworm@sha256:65a93d69fa75478d554f4ad27c85c1e69fa184956261b4301ebaf6dbb0a3543d

FROM ${BASE} AS base
ENV LANG=C.UTF-8 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_COMPILE=1
COPY deploy/image/packages /usr/local/sbin/packages

# What builds: a compiler, and Manifold as a wheel with its native codec inside.
FROM base AS wheel
# Seconds since 1970 that everything built is dated by: that of the commit.
ARG SOURCE_DATE_EPOCH=0
RUN packages gcc libc6-dev
COPY deploy/image/build.lock /src/deploy/image/build.lock
RUN python -m venv /opt/build \
 && /opt/build/bin/pip install --only-binary :all: --require-hashes -r /src/deploy/image/build.lock
WORKDIR /src
COPY LICENSE README.md hatch_build.py pyproject.toml ./
COPY connectors connectors
COPY flows flows
COPY manifold manifold
COPY operators operators
COPY schemas schemas
COPY web web
# Without the native codec it would be a wheel for any machine, and a slower one.
RUN /opt/build/bin/pip wheel --no-build-isolation --no-deps --wheel-dir /wheel . \
 && ls /wheel/manifold-*-linux_*.whl

FROM base AS flows-environment
ARG SOURCE_DATE_EPOCH=0
COPY deploy/image/environment /usr/local/sbin/environment
COPY deploy/image/flows.lock /tmp/lock
COPY --from=wheel /wheel /wheel
RUN environment /tmp/lock /wheel

FROM base AS extract-environment
ARG SOURCE_DATE_EPOCH=0
COPY deploy/image/environment /usr/local/sbin/environment
COPY requirements.lock /tmp/lock
COPY --from=wheel /wheel /wheel
RUN environment /tmp/lock /wheel

FROM base AS run
LABEL org.opencontainers.image.title=manifold \
      org.opencontainers.image.licenses=Apache-2.0
ENV PATH=/opt/manifold/bin:$PATH \
    MANIFOLD_LOG_JSON=true
# Where documents may be mounted: a volume that is new takes over whose it is.
RUN install --directory --owner 10001 --group 10001 /var/lib/manifold/documents
# A number, so that Kubernetes can see that it is not root. There is nothing to write to: /tmp is a
# volume of the one who runs it.
USER 10001:10001
# A manifold.toml may be mounted here.
WORKDIR /etc/manifold
EXPOSE 8080 9464
ENTRYPOINT ["manifold"]
CMD ["--help"]

FROM run AS extract
USER root
RUN packages tesseract-ocr tesseract-ocr-deu tesseract-ocr-fra tesseract-ocr-ita \
        tesseract-ocr-nld tesseract-ocr-spa
USER 10001:10001
COPY --from=extract-environment /opt/manifold /opt/manifold

FROM run AS flows
COPY --from=flows-environment /opt/manifold /opt/manifold
