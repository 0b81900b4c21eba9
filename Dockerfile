# Vouch on Debian 12: the environment from the lock file, run by a user without rights.
FROM python:3.11.14-slim-bookworm AS build
ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_PROJECT_ENVIRONMENT=/opt/vouch
WORKDIR /src
RUN pip install --no-cache-dir uv==0.13.9
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev --no-install-project
COPY README.md ./
COPY imaging imaging
COPY ocr ocr
COPY archive archive
COPY processing processing
COPY supervision supervision
COPY api api
RUN uv sync --frozen --no-dev --no-editable

FROM python:3.11.14-slim-bookworm
RUN apt-get update \
 && apt-get install -y --no-install-recommends libgl1 libglib2.0-0 tesseract-ocr tesseract-ocr-chi-sim fonts-wqy-microhei tini \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 1000 --create-home vouch \
 && install -d -o vouch -g vouch /var/lib/vouch /var/cache/vouch
COPY --from=build /opt/vouch /opt/vouch
ENV PATH=/opt/vouch/bin:$PATH PYTHONUNBUFFERED=1 OMP_NUM_THREADS=1 VOUCH_DATA=/var/lib/vouch VOUCH_CACHE=/var/cache/vouch
USER vouch
WORKDIR /var/lib/vouch
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["tini", "--"]
CMD ["vouch", "serve", "--host", "0.0.0.0", "--port", "8000"]
