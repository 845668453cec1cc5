//! Tables, read by their columns' heads.

use crate::support::{Browser, eventually_eq};
use serde_json::Value;

/// Finds the cells of a column in each table of the page: `cells(head)`.
const CELLS: &str = "
    const cells = (head) => [...document.querySelectorAll('table')].flatMap((table) => {
      const heads = [...table.tHead.rows[0].cells];
      const index = heads.findIndex((cell) => cell.textContent.trim() === head);
      return index < 0 ? [] : [...table.tBodies[0].rows].map((row) => row.cells[index]);
    });";

impl Browser {
    async fn column_as(&self, head: &str, value: &str) -> Vec<String> {
        let script = format!("{CELLS} return cells(arguments[0]).map((cell) => {value} ?? '');");
        let texts = self.driver.execute(script, vec![head.into()]).await;
        let texts = texts.expect("the script runs").json().clone();
        serde_json::from_value(texts).expect("texts")
    }

    /// The texts of a column's cells, from the top.
    pub async fn column(&self, head: &str) -> Vec<String> {
        self.column_as(head, "cell.innerText.trim()").await
    }

    /// The text of the first link in each cell of a column.
    pub async fn column_links(&self, head: &str) -> Vec<String> {
        self.column_as(head, "cell.querySelector('a')?.textContent")
            .await
    }

    /// The tooltip (`title`) in each cell of a column.
    pub async fn column_tooltips(&self, head: &str) -> Vec<String> {
        self.column_as(head, "cell.querySelector('[title]')?.title")
            .await
    }

    /// How many rows the page's tables have below their heads.
    pub async fn row_count(&self) -> u64 {
        let script = "return [...document.querySelectorAll('table')]
            .reduce((count, table) => count + table.tBodies[0].rows.length, 0);";
        self.script(script).await.as_u64().unwrap_or_default()
    }

    /// Waits until the page's tables have this many rows.
    pub async fn has_rows(&self, count: u64) {
        eventually_eq("the number of rows", count, async || self.row_count().await).await;
    }

    /// How the page's table is sorted: `ascending`, `descending`, or nothing.
    pub async fn sort_order(&self) -> String {
        self.script_text("return document.querySelector('th[aria-sort]')?.ariaSort ?? '';")
            .await
    }

    /// Records the changes in the table's rows from now on, except in the text of times that tick.
    pub async fn watch_rows(&self) {
        // A duration that ticks has no role of its own, only its class.
        self.script(
            "window.changes = [];
             new MutationObserver((all) => all.forEach((one) => {
               const at = one.target.nodeType === 3 ? one.target.parentElement : one.target;
               if (at?.closest('time, .number')) return;
               const cell = at?.closest('td');
               const heads = cell?.closest('table').tHead.rows[0].cells;
               window.changes.push(heads?.[cell.cellIndex].textContent.trim() ?? 'row');
             })).observe(document.querySelector('tbody'), {subtree: true, childList: true,
               attributes: true, characterData: true});",
        )
        .await;
    }

    /// The columns whose cells have changed since then; `row` for a change of a row itself.
    pub async fn changed_columns(&self) -> Vec<String> {
        let changes: Value = self.script("return window.changes;").await;
        let mut changes: Vec<String> = serde_json::from_value(changes).expect("names");
        changes.dedup();
        changes
    }
}
