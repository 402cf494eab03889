//! A part of an import: its pictures are looked at and stored, its products and photos put into the database. Running it again does it again and
//! doubles nothing. Knows no other part.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::imports::{self, Blocks, Done, Item, Part, SentFile, Source, Trouble};
use super::{Commit, Exit, Job, JobContext, Load, intake};
use crate::domain::TenantScope;
use crate::entity::import;
use crate::error::{Code, Kind, Problem};
use crate::ingest;
use crate::ingest::archive::{self, Archive};
use crate::storage::{Address, StorageKey};

/// Takes the rows of one part.
#[derive(Debug)]
pub struct TakeRows;

/// Which part of which import.
#[derive(Debug, Serialize, Deserialize)]
pub struct Payload {
    /// Row id.
    pub import_id: String,
    /// Where the part's rows stand.
    pub part: StorageKey,
    /// The number of its first row.
    pub first: i32,
    /// How many rows it has.
    pub count: i32,
}

/// The unique key of an import's part `number`.
pub(super) fn key(import_id: &str, number: usize) -> String {
    format!("{import_id}/{number:05}")
}

/// `import.files` as it is meant.
pub(super) fn files(json: serde_json::Value) -> Result<Vec<SentFile>, Exit> {
    let wrong = |error: serde_json::Error| Problem::new(Code::Internal, "import", error.to_string());
    Ok(serde_json::from_value(json).map_err(wrong)?)
}

/// What is taken, and from where.
#[derive(Debug)]
pub struct Input {
    scope: TenantScope,
    import: import::Model,
    part: StorageKey,
}

/// The rows, and whether it is only to be said what would become of them.
#[derive(Debug)]
pub struct Output {
    rows: Vec<Done>,
    /// Those whose photos are fetched by others.
    elsewhere: Vec<Item>,
    dry_run: bool,
}

#[async_trait]
impl Job for TakeRows {
    const KIND: &'static str = "take_rows";
    const PRIORITY: i32 = -10;
    type Context = JobContext;
    type Payload = Payload;
    type Input = Input;
    type Output = Output;

    async fn load(&self, load: &Load<'_, JobContext>, payload: &Payload) -> Result<Input, Exit> {
        let import = import::by_id(load.scope(), &payload.import_id).one(load.db).await?;
        let import = import.ok_or(Exit::Cancel)?;
        Ok(Input { scope: load.scope().clone(), import, part: payload.part.clone() })
    }

    fn work(&self, context: &JobContext, input: Input) -> Result<Output, Exit> {
        let bytes = context.storage.get(&input.part)?;
        let part: Part = serde_json::from_slice(&bytes)
            .map_err(|error| Problem::new(Code::Internal, input.import.id.as_str(), error.to_string()))?;
        let files = files(input.import.files.clone())?;
        let mut reader = Reader { context, input: &input, files: &files, open: None };
        let is_elsewhere =
            |item: &Item| item.problem.is_none() && matches!(item.photo, Some(Source::Address(_)));
        let (elsewhere, here): (Vec<_>, Vec<_>) = part.items.into_iter().partition(is_elsewhere);
        let rows: Result<Vec<Done>, Exit> = here.into_iter().map(|item| reader.take(item)).collect();
        Ok(Output { rows: rows?, elsewhere, dry_run: input.import.dry_run })
    }

    async fn save(
        &self,
        commit: &Commit<'_, JobContext>,
        payload: &Payload,
        output: Output,
    ) -> Result<(), Exit> {
        let id = payload.import_id.as_str();
        imports::leave_to_fetch(commit, id, &output.elsewhere).await?;
        let rows = imports::put(commit, (id, output.dry_run), output.rows).await?;
        imports::count(commit, id, &rows).await
    }

    async fn gave_up(
        &self,
        commit: &Commit<'_, JobContext>,
        payload: &Payload,
        problem: &Problem,
    ) -> Result<(), Exit> {
        let numbers = payload.first..payload.first.saturating_add(payload.count);
        imports::give_up(commit, &payload.import_id, numbers, problem).await
    }
}

/// Reads pictures of an import one after the other; the ZIP that the last one lay in stays open.
struct Reader<'a> {
    context: &'a JobContext,
    input: &'a Input,
    files: &'a [SentFile],
    open: Option<(usize, Trouble, Archive<Blocks<'a>>)>,
}

impl<'a> Reader<'a> {
    /// A row with its picture stored; what is wrong with the picture is the row's problem and nobody else's.
    fn take(&mut self, mut item: Item) -> Result<Done, Exit> {
        let Some(Source::Sent { file, entry }) = item.photo.clone().filter(|_| item.problem.is_none()) else {
            return Ok(Done { item, key: None });
        };
        match self.picture(file, entry, &item.name) {
            Ok(key) => Ok(Done { item, key: Some(key) }),
            Err(problem) if problem.code.kind() == Kind::Invalid => {
                item.problem = Some(problem);
                Ok(Done { item, key: None })
            }
            Err(problem) => Err(problem.into()),
        }
    }

    fn picture(&mut self, file: usize, entry: Option<usize>, name: &str) -> Result<StorageKey, Problem> {
        let limits = self.context.limits;
        let bytes = self.bytes(file, entry, name)?;
        intake::inspect(&bytes, name, &limits)?;
        let scope = &self.input.scope;
        match (self.input.import.dry_run, ingest::sniff(&bytes)) {
            (true, Some(format)) => Ok(StorageKey::Photo { address: Address::of(scope, &bytes), format }),
            _ => intake::shelve(self.context.storage.as_ref(), scope, &bytes),
        }
    }

    fn bytes(&mut self, file: usize, entry: Option<usize>, name: &str) -> Result<Vec<u8>, Problem> {
        let sent = self.files.get(file);
        let sent = sent.ok_or_else(|| Problem::new(Code::Internal, name, "the row names no file"))?;
        match entry {
            Some(entry) => {
                let (_, trouble, archive) = self.archive(file, sent)?;
                let read = archive.read(entry, name);
                trouble.or(read)
            }
            None => {
                let limits = self.context.limits;
                limits.check_bytes(sent.bytes).map_err(|e| ingest::IngestError::Picture(e).problem(name))?;
                let trouble = Trouble::default();
                let mut bytes = Vec::new();
                let read = std::io::Read::read_to_end(&mut self.stream(sent, &trouble), &mut bytes);
                trouble.or(read.map_err(|e| Problem::new(Code::StorageFailed, name, e.to_string())))?;
                Ok(bytes)
            }
        }
    }

    fn stream(&self, sent: &'a SentFile, trouble: &Trouble) -> Blocks<'a> {
        let (storage, input) = (self.context.storage.as_ref(), self.input);
        Blocks::of(storage, &input.scope, &input.import.id, sent, trouble)
    }

    fn archive(
        &mut self,
        file: usize,
        sent: &'a SentFile,
    ) -> Result<&mut (usize, Trouble, Archive<Blocks<'a>>), Problem> {
        let open = match self.open.take() {
            Some(open) if open.0 == file => open,
            _ => {
                let trouble = Trouble::default();
                let opened = Archive::open(self.stream(sent, &trouble), &sent.name, archive::PICTURES);
                let archive = trouble.or(opened)?;
                (file, trouble, archive)
            }
        };
        Ok(self.open.insert(open))
    }
}
