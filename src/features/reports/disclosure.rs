//! The report on disclosure for the Committee: how each agency discloses its procedures, records what happens, handles what waits, reviews
//! and answers.
//!
//! It has no rules of its own: each number is that of the list that is made for it (`/v1/compliance`, `/v1/agencies/activity`,
//! `/v1/overdue/summary`, `/v1/reviews/{id}/agencies`, `/v1/reminders`).

use super::printed::Span;
use crate::domain::activity::{self, Recording};
use crate::domain::agency_tree::{Agency, AgencyId, ById};
use crate::domain::local_time::Instant;
use crate::domain::period::Period;
use crate::domain::share::Share;
use crate::domain::vocabulary::DisclosureState;
use crate::features::State;
use crate::features::activity::queries::delays;
use crate::features::as_of::AsOf;
use crate::features::auth::Principal;
use crate::features::disclosure::assess::Counts;
use crate::features::disclosure::queries as disclosure;
use crate::features::overdue::queries::mirror::Moment;
use crate::features::reminders::queries::answers::{Answers, answers};
use crate::features::reviews::assess::{Counts as Reviewed, Shown};
use crate::features::reviews::progress::Progress;
use crate::features::reviews::queries as reviews;
use crate::features::standing::queries as standing;
use crate::http::error::Problem;

/// The numbers of an agency, or of several together.
#[derive(Clone, Debug, Default)]
pub struct Numbers {
    /// How procedures are disclosed.
    pub disclosed: Counts,
    /// What was recorded in the last weeks; of several agencies without weeks and percentiles.
    pub recording: Recording,
    /// Agencies that recorded nothing where something was to be expected.
    pub silent: i64,
    /// Dossiers whose handling has not ended.
    pub open: i64,
    /// Of these, those that are overdue.
    pub overdue: i64,
    /// Of these, those in which nothing happens.
    pub stale: i64,
    /// What was to be confirmed in reviews.
    pub reviewed: Reviewed,
    /// Reminders.
    pub reminders: Answers,
}

impl std::ops::AddAssign<&Self> for Numbers {
    fn add_assign(&mut self, more: &Self) {
        self.disclosed += more.disclosed;
        self.recording.events += more.recording.events;
        self.recording.in_time += more.recording.in_time;
        self.silent += more.silent;
        self.open += more.open;
        self.overdue += more.overdue;
        self.stale += more.stale;
        self.reviewed += more.reviewed;
        self.reminders += more.reminders;
    }
}

/// An agency.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its numbers.
    pub numbers: Numbers,
}

/// The report.
#[derive(Clone, Debug)]
pub struct Report {
    /// Name of the agency; empty: of several, or of all.
    pub agency: String,
    /// The period, and as of when.
    pub span: Span,
    /// The agencies, by code.
    pub lines: Vec<Line>,
    /// All of them together.
    pub total: Numbers,
}

/// What a report is asked for.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// As of when.
    pub as_of: &'a AsOf,
    /// Who asks, as they were then.
    pub caller: &'a Principal,
    /// The agency; `None`: all that the key was given for.
    pub agency: Option<&'a Agency>,
    /// Of these agencies; `None`: of all.
    pub among: Option<&'a [AgencyId]>,
    /// The period.
    pub period: Period,
}

impl Report {
    /// Reads it.
    pub async fn read(state: &State, asked: Asked<'_>) -> Result<Self, Problem> {
        let Asked { as_of, caller, among, period, .. } = asked;
        let is_meant = |agency: &&Agency| {
            among.is_none_or(|ids| ids.contains(&agency.id))
                && caller.visible.contains(agency.id)
                && agency.validity.contains(period.to)
        };
        let agencies: Vec<&Agency> = caller.tree.all().into_iter().filter(is_meant).collect();
        let ids: Vec<AgencyId> = agencies.iter().map(|agency| agency.id).collect();
        let moment = Moment::new(as_of.now, &caller.calendars);
        let (known, answered) = state
            .slow
            .snapshot(None, async |conn| {
                let known = disclosure::known(conn, &ids, period, as_of.now.utc()).await?;
                Ok((known, answers(conn, &ids, period, as_of.now.utc()).await?))
            })
            .await?;
        let (recorded, open) = state
            .slow
            .snapshot(as_of.known, async |conn| {
                let at = (period.to, as_of.now);
                let recorded = delays::recorded(conn, &ids, &caller.calendars, at).await?;
                Ok((recorded, standing::open(conn, &moment).await?))
            })
            .await?;
        let open: ById<standing::Open> = open.into_iter().map(|row| (row.agency_id, row)).collect();
        let reviewed = reviewed(state, as_of, caller, period).await?;
        let numbers = |agency: &Agency| {
            let recording = recorded.get(&agency.id).copied().unwrap_or_default();
            let calendar = caller.calendars.of(agency.id);
            let expected = recording.expected(agency.validity.from, period.to, calendar);
            let stands = open.get(&agency.id);
            Numbers {
                disclosed: Counts::of(agency, &caller.tree, &known, &caller.calendars, period),
                recording,
                silent: i64::from(activity::is_silent(recording.weeks[0], expected)),
                open: stands.map_or(0, |row| row.open),
                overdue: stands.map_or(0, |row| row.overdue),
                stale: stands.map_or(0, |row| row.stale),
                reviewed: reviewed.get(&agency.id).copied().unwrap_or_default(),
                reminders: answered.get(&agency.id).copied().unwrap_or_default(),
            }
        };
        let line = |agency: &&Agency| Line {
            code: agency.code.clone(),
            name: agency.name.clone(),
            numbers: numbers(agency),
        };
        let lines: Vec<Line> = agencies.iter().map(line).collect();
        let mut total = Numbers::default();
        for line in &lines {
            total += &line.numbers;
        }
        let agency = asked.agency.map(|agency| agency.name.clone()).unwrap_or_default();
        let span = Span { period: (period.from.into(), period.to.into()), as_of: as_of.now };
        Ok(Self { agency, span, lines, total })
    }
}

/// What agencies were to confirm, and did, in the reviews that ran in a period: in the round that ran last.
async fn reviewed(
    state: &State,
    as_of: &AsOf,
    caller: &Principal,
    period: Period,
) -> Result<ById<Reviewed>, Problem> {
    let begins = Instant::start_of(period.from);
    let mut found: ById<Reviewed> = ById::default();
    let all = state.reader.read(async |conn| reviews::page(conn, (None, None), None).await).await?;
    let ran = all.iter().filter(|row| {
        let is_known = Instant::from(row.created_at) <= as_of.now && row.opens_on <= period.to;
        is_known && row.closed_at.is_none_or(|at| Instant::from(at) >= begins)
    });
    for row in ran {
        let mut shown = Shown::of(row, None, as_of.now)?;
        shown.as_of.known = shown.as_of.known.or(as_of.known);
        let then = shown.as_of.caller(caller, state).await?;
        for (agency, counts) in Progress::of(row, shown, &then, state).await?.counts() {
            *found.entry(agency.id).or_default() += counts;
        }
    }
    Ok(found)
}

/// A number as it is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// How many.
    Count(i64),
    /// How many of how many.
    Part(Share),
}

/// A column: its heading, and what stands in it.
pub type Column = (&'static str, fn(&Numbers) -> Cell);

/// The columns of the table, in groups.
pub const GROUPS: [(&str, &[Column]); 5] = [
    (
        "Công khai thủ tục hành chính",
        &[
            ("Phải công khai", |it| Cell::Count(it.disclosed.in_force())),
            ("Đúng quy định", |it| Cell::Count(it.disclosed.count(DisclosureState::Current))),
            ("Còn trong hạn", |it| Cell::Count(it.disclosed.count(DisclosureState::Pending))),
            ("Công khai chậm", |it| Cell::Count(it.disclosed.count(DisclosureState::Late))),
            ("Chưa công khai", |it| Cell::Count(it.disclosed.count(DisclosureState::Missing))),
            ("Bản đã cũ", |it| Cell::Count(it.disclosed.count(DisclosureState::Outdated))),
            ("Thiếu nội dung", |it| Cell::Count(it.disclosed.count(DisclosureState::Incomplete))),
            ("Lâu chưa rà soát", |it| Cell::Count(it.disclosed.count(DisclosureState::Stale))),
            ("Tỷ lệ đúng", |it| Cell::Part(it.disclosed.score())),
        ],
    ),
    (
        "Cập nhật tiến độ (8 tuần)",
        &[
            ("Số lần cập nhật", |it| Cell::Count(it.recording.events)),
            ("Trong 1 ngày làm việc", |it| Cell::Part(it.recording.in_time)),
            ("Ngừng cập nhật", |it| Cell::Count(it.silent)),
        ],
    ),
    (
        "Hồ sơ đang giải quyết",
        &[
            ("Tổng số", |it| Cell::Count(it.open)),
            ("Quá hạn", |it| Cell::Count(it.overdue)),
            ("Không có diễn biến", |it| Cell::Count(it.stale)),
        ],
    ),
    (
        "Rà soát",
        &[
            ("Phải rà soát", |it| Cell::Count(it.reviewed.procedures)),
            ("Đã xác nhận", |it| Cell::Count(it.reviewed.confirmed())),
            ("Chậm", |it| Cell::Count(it.reviewed.late)),
        ],
    ),
    (
        "Đôn đốc",
        &[
            ("Đã gửi", |it| Cell::Count(it.reminders.sent)),
            ("Đã trả lời", |it| Cell::Count(it.reminders.answered)),
            ("Trả lời đúng hạn", |it| Cell::Count(it.reminders.answered_in_time)),
            ("Chuyển cấp trên", |it| Cell::Count(it.reminders.escalated)),
        ],
    ),
];

/// Its title.
pub const TITLE: &str = "TÌNH HÌNH CÔNG KHAI THỦ TỤC HÀNH CHÍNH VÀ TIẾN ĐỘ, KẾT QUẢ GIẢI QUYẾT HỒ SƠ";
