"""The typed settings: the only reader of the environment.

Every variable of the product is a field here; `docs/configuration.md` is the table made from them.
"""

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, DirectoryPath, Field, FilePath, SecretStr
from pydantic_settings import NoDecode

from config.addresses import broker_address, database_of_parts, is_ipv6, read_database, redis_with_password
from config.checks import DEVELOPMENT_SECRET, CheckedSettings, Environment, told

__all__ = ["DEVELOPMENT_SECRET", "Environment", "Settings", "get_settings", "told"]

ROOT = Path(__file__).resolve().parent.parent

DEFAULT_OPENAI_EMBEDDING = "openai:text-embedding-3-small"


class Settings(CheckedSettings):
    """All settings with their defaults. Durations are seconds, sizes are bytes unless the name says otherwise."""

    environment: Environment = Field(Environment.DEVELOPMENT, description="development, test or production")
    secret_key: SecretStr = Field(
        SecretStr(DEVELOPMENT_SECRET), min_length=32, description="Signs what must not be forged; 32 characters or more"
    )
    jwt_secret_key: SecretStr | None = Field(
        None, min_length=32, description="Signs tokens of /api/v1/auth/token (HS256); SECRET_KEY where unset"
    )
    jwt_expire_minutes: int = Field(30, ge=1, le=24 * 60, description="How long such a token holds")
    log_level: str = Field("INFO", pattern="^(DEBUG|INFO|WARNING|ERROR|CRITICAL)$", description="Least level written")
    tz: str = Field("America/Bogota", description="Time zone of a new organisation")
    port: int = Field(8000, ge=1, le=65535, description="Port the web server listens on")
    web_host: str = Field("127.0.0.1", description="Address the web server listens on; 0.0.0.0 in a container")
    public_url: str | None = Field(
        None, description="Where people reach the pages, as https://example.org; links in mails begin with it"
    )
    public_base_url: str | None = Field(
        None, description="Where channels reach us, as https://example.org/bot; PUBLIC_URL where unset"
    )
    trusted_proxies: int = Field(
        0, ge=0, le=10, description="Proxies in front that add to X-Forwarded-For; 0 believes no such header"
    )
    web_workers: int = Field(2, ge=1, le=64, description="Web processes")
    web_threads: int = Field(64, ge=1, le=512, description="Threads of each web process")
    web_connections_per_address: int = Field(
        500, ge=0, description="Connections that a web process holds for one address; 0 for no bound, as behind a proxy"
    )
    worker_concurrency: int = Field(
        2, ge=1, le=64, description="Processes of the Celery worker that finishes turns and writes the record"
    )
    job_concurrency: int = Field(2, ge=1, le=64, description="Processes of the Celery worker that does jobs")

    zendesk_domain: str | None = Field(None, description="Zendesk's whole host name, as example.zendesk.com")
    zendesk_email: str | None = Field(None, description="Address of the agent in whose name Zendesk is asked")
    zendesk_api_token: SecretStr | None = Field(None, description="An API token of that agent's")
    zendesk_project_id: int | None = Field(None, ge=1, description="Project whose tasks new tickets become")
    email_host: str | None = Field(None, description="SMTP server of invitations and new passwords; needs PUBLIC_URL")
    email_port: int = Field(587, ge=1, le=65535, description="Its port; 465 with EMAIL_SECURITY=tls")
    email_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="How the connection is encrypted: starttls, tls from the beginning, or none"
    )
    email_user: str | None = Field(None, description="User at the SMTP server")
    email_password: SecretStr | None = Field(None, description="Its password")
    email_inbound_token: SecretStr | None = Field(
        None, description="Token with which the mail server hands on what people answer (X-Email-Token)"
    )
    email_from: str | None = Field(None, description="Sender of mails; EMAIL_USER where unset")

    records_path: Path | None = Field(
        None, description="Folder with facts.yaml and people.yaml, which the command `seed` keeps for the desk"
    )
    catalog_path: Path | None = Field(
        None,
        description=(
            "Folder with tables, NAME.yaml and NAME.csv or NAME.xlsx, which the command `seed` loads where they have no"
            " rows; in its folder `documents` those of the assistant that is called as the folder"
        ),
    )
    baserow_url: str | None = Field(None, description="Baserow's address; https://api.baserow.io where unset")
    baserow_auth_key: SecretStr | None = Field(None, description="Database token of Baserow, for the facts of a menu")
    baserow_table_id: int | None = Field(None, ge=1, description="The table there")
    slack_alert_webhook: SecretStr | None = Field(
        None, description="Incoming webhook of a Slack channel that is told what needs a human, and of alerts"
    )

    entra_tenant_id: str | None = Field(
        None, description="Directory (tenant) ID whose people may sign in with Microsoft (docs/members.md)"
    )
    entra_client_id: str | None = Field(None, description="Application (client) ID registered there for that")
    entra_client_secret: SecretStr | None = Field(None, description="Value of the application's client secret")

    database_url: SecretStr | None = Field(None, description="PostgreSQL; or DB_HOST and its companions")
    db_host: str | None = Field(None, description="PostgreSQL host, when DATABASE_URL is not set")
    db_port: int = Field(5432, ge=1, le=65535, description="PostgreSQL port")
    db_name: str = Field("cci", description="PostgreSQL database")
    db_user: str = Field("cci", description="PostgreSQL user")
    db_password: SecretStr = Field(SecretStr(""), description="PostgreSQL password")
    db_web_password: SecretStr = Field(
        SecretStr(""), description="Password of the login cci_web, which `flask logins` makes for the web"
    )
    db_worker_password: SecretStr = Field(
        SecretStr(""), description="Password of the login cci_worker, which it makes for workers, beat and commands"
    )
    migrations_database_url: SecretStr | None = Field(
        None, description="Connection of migrations, as the tables' owner and past any pooler; DATABASE_URL where unset"
    )
    system_database_url: SecretStr | None = Field(
        None, description="Connection of background work across organisations; DATABASE_URL where unset"
    )
    db_pool_size: int = Field(8, ge=1, le=100, description="PostgreSQL connections of each process at most")
    db_pool_timeout: float = Field(5.0, gt=0, le=600, description="Wait for a free PostgreSQL connection")

    redis_url: SecretStr = Field(SecretStr("redis://127.0.0.1:6379/0"), description="Redis; rediss:// for TLS")
    redis_password: SecretStr = Field(SecretStr(""), description="Password of Redis, where REDIS_URL holds none")
    state_ttl_seconds: int = Field(
        1_814_400, ge=60, le=315_360_000, description="Life of a conversation's state in Redis (21 days)"
    )

    default_organisation: str = Field("cci", description="Short name of the organisation that `flask seed` makes")
    organisation_language: str = Field(
        "es", pattern="^(en|es|fr)$", description="Language of a new organisation's exports: en, es or fr"
    )
    sign_up: Literal["closed", "invitation", "open"] = Field(
        "closed",
        description="Who may make an organisation of their own at /sign-up: nobody, who is invited, or everybody",
    )
    sign_up_plan: str = Field("free", description="Plan of an organisation that signs up; none for no plan")
    default_assistant: str = Field("cci", description="Assistant of a message that names none")
    agent_handler: str | None = Field(
        None, description="Module of one's own agent, which answers as the default assistant (docs/your-own-agent.md)"
    )
    agent_handler_url: str | None = Field(
        None, description="Address of one's own agent as a service of its own (docs/your-own-agent.md)"
    )
    agent_handler_secret: SecretStr | None = Field(
        None, description="Secret of 16 characters or more that the service at AGENT_HANDLER_URL checks"
    )
    agent_handler_seconds: float = Field(
        60.0, gt=0, le=600, description="Time a call of one's own agent may take; then the person gets a kind error"
    )
    tool_scripts_path: DirectoryPath | None = Field(
        None,
        description="Folder of programs (`*.py`) that organisations may use as tools (docs/tools.md)",
    )
    assistants_path: Path = Field(
        ROOT / "config" / "assistants", description="Folder of the assistants' files, which are that organisation's"
    )
    assistants_shared_with: str = Field(
        "", description="Short names, by commas, of organisations that have these assistants too; * for all of them"
    )
    default_region: str = Field("CO", pattern="^[A-Z]{2}$", description="Country of phone numbers written without one")

    migrations_path: DirectoryPath = Field(ROOT / "migrations", description="Folder of the database's migrations")

    manychat_api_key: SecretStr | None = Field(None, description="Key of the Manychat page that pushes late answers")
    manychat_base_url: str = Field("https://api.manychat.com", description="Manychat's API")
    twilio_account_sid: str | None = Field(None, description="Account SID at Twilio (docs/twilio.md)")
    twilio_auth_token: SecretStr | None = Field(None, description="Its auth token, which signs what Twilio delivers")
    twilio_whatsapp_number: str | None = Field(None, description="Number that people write to, as +573001234567")
    twilio_base_url: str = Field("https://api.twilio.com", description="Twilio's API")
    twilio_assistant: str | None = Field(None, description="Assistant of that number; DEFAULT_ASSISTANT where unset")
    waha_base_url: str | None = Field(None, description="Where WAHA runs, as http://waha:3000 (docs/waha.md)")
    waha_api_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("waha_api_key", "waha_api_token"),
        description="WAHA's API key; WAHA_API_TOKEN is another name of it",
    )
    waha_hmac_key: SecretStr | None = Field(None, description="Signs what WAHA delivers; or WEBHOOK_VERIFY_TOKEN")
    webhook_verify_token: SecretStr | None = Field(None, description="Value of the header X-Waha-Token of deliveries")
    webhook_url: str | None = Field(
        None, description="Where WAHA reaches us; by default /api/v1/webhook at PUBLIC_BASE_URL"
    )
    session_name: str = Field("default", pattern=r"^[A-Za-z0-9_-]{1,54}$", description="WAHA's session")
    waha_human: bool = Field(True, description="Have WAHA show messages as seen, and typing, before it sends")
    waha_assistant: str | None = Field(None, description="Assistant of WAHA's number; DEFAULT_ASSISTANT where unset")
    telegram_bot_token: SecretStr | None = Field(None, description="Token of the Telegram bot (docs/telegram.md)")
    telegram_webhook_secret: SecretStr | None = Field(
        None, description="Secret that Telegram sends with what it delivers: letters, digits, _ and -"
    )
    telegram_base_url: str = Field("https://api.telegram.org", description="Telegram's Bot API")
    telegram_assistant: str | None = Field(None, description="Assistant of the bot; DEFAULT_ASSISTANT where unset")
    meta_phone_number_id: str | None = Field(None, description="Phone number ID in Meta's Cloud API (docs/meta.md)")
    meta_access_token: SecretStr | None = Field(None, description="Token of a system user, which sends")
    meta_app_secret: SecretStr | None = Field(None, description="App secret, which signs what Meta delivers")
    meta_verify_token: SecretStr | None = Field(None, description="Word that Meta asks for when the address is set up")
    meta_graph_version: str = Field("v26.0", pattern=r"^v\d{1,3}\.\d$", description="Version of the Graph API")
    meta_base_url: str = Field("https://graph.facebook.com", description="Meta's Graph API")
    meta_assistant: str | None = Field(None, description="Assistant of that number; DEFAULT_ASSISTANT where unset")
    channel_modules: Annotated[list[str], NoDecode] = Field(
        [], description="Modules with channels of one's own, as dotted names between commas (docs/architecture.md)"
    )

    contacts_excel_path: str | None = Field(None, description="The contact workbook: a file, an https or s3 address")
    knowledge_path: Path | None = Field(None, description="Folder of documents that `flask knowledge load` reads")
    knowledge_assistant: str | None = Field(
        None, description="The only assistant that reads those of KNOWLEDGE_PATH; every assistant where unset"
    )
    csv_separator: Literal["comma", "semicolon"] | None = Field(
        None, description="Between the cells of CSV files; by default a comma in English, else a semicolon, as Excel"
    )
    export_retention_days: int = Field(30, ge=1, le=3650, description="Days for which the files of exports are kept")
    retention_receipts_days: int = Field(
        90, ge=0, le=36_500, description="Days for which receipts and what was sent are kept; 0 is for ever"
    )
    retention_record_days: int = Field(
        0, ge=0, le=36_500, description="Days for which conversations, runs and answers are kept; 0 is for ever"
    )
    retention_metrics_days: int = Field(
        90, ge=0, le=36_500, description="Days for which figures of requests are kept; 0 is for ever"
    )
    file_storage: str = Field(
        str(ROOT / ".local" / "files"), description="Where uploads are kept: a folder, or s3://bucket/prefix"
    )
    fetch_loopback: bool = Field(
        False, description="Also fetch documents and workbooks from this machine, for tests; never in production"
    )

    export_folder: Path | None = Field(None, description="Folder of the export destination `folder`")
    sharepoint_tenant_id: str | None = Field(None, description="Directory (tenant) ID (docs/sharepoint.md)")
    sharepoint_client_id: str | None = Field(None, description="Application (client) ID")
    sharepoint_client_secret: SecretStr | None = Field(None, description="Value of the application's client secret")
    sharepoint_site: str | None = Field(None, description="Site, as example.sharepoint.com:/sites/name")
    sharepoint_drive: str | None = Field(None, description="Document library of the site; its default one where unset")
    sharepoint_folder: str = Field("", description="Folder in the library, made when it is not there")
    sharepoint_conflict: Literal["replace", "rename", "fail"] = Field(
        "replace", description="What becomes of a file with the same name: replace, rename (the new one) or fail"
    )
    graph_base_url: str = Field("https://graph.microsoft.com", description="Microsoft Graph; others in national clouds")
    graph_authority: str = Field("https://login.microsoftonline.com", description="Where the application signs in")
    google_service_account: SecretStr | None = Field(
        None, description="JSON key of a service account, or the path of its file (docs/sharepoint.md)"
    )
    google_spreadsheet_id: str | None = Field(None, description="Spreadsheet to keep up to date; one is made if unset")
    google_sheet_name: str = Field("Conversations", min_length=1, max_length=100, description="Its sheet")
    google_share_with: str = Field("", description="Addresses, by commas, that share a spreadsheet we make")
    google_sheets_url: str = Field("https://sheets.googleapis.com", description="Google's Sheets API")
    google_drive_url: str = Field("https://www.googleapis.com", description="Google's Drive API")
    google_drive_folder: str | None = Field(
        None, description="A folder at Google Drive whose files become documents, by its address (docs/knowledge.md)"
    )

    chat_model: str | None = Field(
        None,
        description="Model of the assistants that name none, or several tried in this order, such as"
        " `openai:gpt-4o,anthropic:…`; `offline` for none; by default the one whose key is set (docs/models.md)",
    )
    openai_api_key: SecretStr | None = Field(None, description="OpenAI's key, or that of a service that speaks as it")
    openai_base_url: str = Field("https://api.openai.com/v1", description="OpenAI's API, or a compatible one")
    anthropic_auth_token: SecretStr | None = Field(None, description="Anthropic's token; or ANTHROPIC_API_KEY")
    anthropic_api_key: SecretStr | None = Field(None, description="Anthropic's key, where there is no token")
    anthropic_base_url: str = Field("https://api.anthropic.com", description="Anthropic's API, or a compatible one")
    anthropic_model: str | None = Field(None, description="Anthropic's model where its key is the only one")
    google_api_key: SecretStr | None = Field(None, description="Google's key of the Gemini API")
    google_base_url: str = Field("https://generativelanguage.googleapis.com", description="Google's Gemini API")
    transcription_model: str = Field(
        "gpt-4o-mini-transcribe", description="OpenAI's model that hears voice notes, where OPENAI_API_KEY is set"
    )
    vision_model: str = Field(
        "gpt-4o-mini", description="OpenAI's model that describes pictures, where OPENAI_API_KEY is set"
    )
    model_seconds: float = Field(4.0, gt=0, le=120, description="Time one call of a model may take")
    model_temperature: float | None = Field(
        None, ge=0, le=2, description="Temperature of the models; unset, their own: some refuse any other"
    )
    chatbot_templates_path: DirectoryPath = Field(
        ROOT / "config" / "chatbots", description="Folder of what chatbots are begun with (docs/tools.md)"
    )
    plans_path: FilePath = Field(ROOT / "config" / "plans.yaml", description="Plans of organisations (docs/usage.md)")
    prices_path: Path = Field(ROOT / "config" / "prices.yaml", description="Prices of the models (docs/models.md)")
    embedding_model: str | None = Field(
        None,
        description="Model of the passages' vectors: `openai:text-embedding-3-small`, by default where OpenAI's key is"
        " set, or `offline` (docs/search.md)",
    )
    knowledge_store: Literal["pgvector", "pinecone"] | None = Field(
        None, description="Where those vectors are: pgvector, or pinecone, by default where Pinecone's key is set"
    )
    pinecone_api_key: SecretStr | None = Field(None, description="Pinecone's key")
    pinecone_index: str | None = Field(None, description="Pinecone index, of 1,536 dimensions, compared by cosine")
    pinecone_host: str | None = Field(None, description="Host of that index; spares asking for it by its name")
    pinecone_control_url: str = Field("https://api.pinecone.io", description="Pinecone's API of indexes")
    langsmith_api_key: SecretStr | None = Field(
        None, description="LangSmith's key: every call of a model is traced there, what people wrote included"
    )
    langsmith_endpoint: str = Field("https://api.smith.langchain.com", description="LangSmith's API")
    langsmith_project: str = Field("cci", description="LangSmith's project")

    reply_budget_seconds: float = Field(7.5, gt=0, le=60, description="Time inside which a reply leaves")
    burst_seconds: float = Field(
        1.5, ge=0, le=30, description="Silence after which a message is answered where nobody waits: more may come"
    )
    burst_longest_seconds: float = Field(
        10.0, ge=0, le=120, description="Time after which it is answered though more keep coming"
    )
    agent_pool_size: int = Field(32, ge=1, le=256, description="Turns each web process thinks about at once")
    max_body_bytes: int = Field(1_048_576, ge=1024, description="Largest request body")
    max_upload_bytes: int = Field(10_485_760, ge=1024, description="Largest uploaded file")
    rate_limit_per_key: str = Field("12000/minute", description="Requests of one API key")
    rate_limit_per_stranger: str = Field(
        "300/minute", description="Keys and sessions that do not hold, of one address, in each web process"
    )
    rate_limit_per_person: str = Field("120/minute", description="Messages of one person")
    prometheus_multiproc_dir: DirectoryPath | None = Field(
        None, description="Folder in which web processes share their metrics"
    )

    @property
    def default_models(self) -> tuple[str, ...]:
        """The chat models of an assistant that names none: as set, else by the key that is set, else offline."""
        if self.chat_model is not None:
            return tuple(name.strip() for name in self.chat_model.split(","))
        if self.openai_api_key is not None:
            return ("openai:gpt-4o",)
        if self.anthropic_model is not None and (self.anthropic_auth_token or self.anthropic_api_key) is not None:
            return (f"anthropic:{self.anthropic_model}",)
        return ("offline",)

    @property
    def chosen_embedding_model(self) -> str:
        """The embedding model: as set, else OpenAI's where its key is set, else offline."""
        return self.embedding_model or (DEFAULT_OPENAI_EMBEDDING if self.openai_api_key is not None else "offline")

    @property
    def chosen_knowledge_store(self) -> str:
        """Where the passages' vectors are: as set, else Pinecone where its key is set, else the database."""
        return self.knowledge_store or ("pinecone" if self.pinecone_api_key is not None else "pgvector")

    @property
    def webhook_base(self) -> str | None:
        """Where channels reach us, without a slash at its end; None where nobody has said so."""
        return self.public_base_url or self.public_url

    @property
    def app_database(self) -> str:
        """SQLAlchemy address of the application's connection."""
        if self.database_url is not None:
            return read_database(self.database_url.get_secret_value()).url
        return database_of_parts(
            self.db_host or "127.0.0.1", self.db_port, self.db_name, self.db_user, self.db_password.get_secret_value()
        )

    @property
    def system_database(self) -> str:
        """SQLAlchemy address of background work that spans organisations."""
        return self._other_database(self.system_database_url)

    @property
    def migrations_database(self) -> str:
        """SQLAlchemy address of migrations: the tables' owner."""
        return self._other_database(self.migrations_database_url)

    def _other_database(self, url: SecretStr | None) -> str:
        return read_database(url.get_secret_value()).url if url is not None else self.app_database

    @property
    def ignored_parameters(self) -> dict[str, tuple[str, ...]]:
        """What addresses of databases hold for other clients, by setting: it is left out, and told at the start."""
        given = {
            "DATABASE_URL": self.database_url,
            "MIGRATIONS_DATABASE_URL": self.migrations_database_url,
            "SYSTEM_DATABASE_URL": self.system_database_url,
        }
        read = {name: read_database(url.get_secret_value()).ignored for name, url in given.items() if url is not None}
        return {name: ignored for name, ignored in read.items() if ignored}

    @property
    def broker_address(self) -> str:
        """Redis as Celery writes it."""
        return broker_address(self.redis_address)

    @property
    def redis_address(self) -> str:
        """Redis with its password."""
        return redis_with_password(self.redis_url.get_secret_value(), self.redis_password.get_secret_value())

    @property
    def web_bind(self) -> str:
        """Where the web server listens."""
        return f"[{self.web_host}]:{self.port}" if is_ipv6(self.web_host) else f"{self.web_host}:{self.port}"


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """Read the environment once a process."""
    return Settings()
