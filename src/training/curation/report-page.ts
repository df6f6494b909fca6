/** @file The page that shows a curation: how much each filter dropped, and what. One file, readable anywhere. */

import { escapeHtml } from '../../html.js';
import type { CurationReport, DroppedSample, FilterReport } from './report.js';

const style = `
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #222; background: #fff }
h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin: 2.2rem 0 .2rem } p { margin: .2rem 0 .8rem; color: #555 }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid #e4e4e4; vertical-align: top }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
td:first-child { white-space: nowrap } tr.off td { color: #999 } .bar { background: #d9534f; height: .5rem; min-width: 1px; margin-top: .45rem }
ul { list-style: none; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: .8rem }
li { border: 1px solid #e4e4e4; border-radius: 4px; padding: .5rem; overflow-wrap: anywhere; font-size: 13px }
li small { color: #777; display: block } img { height: 72px; max-width: 5rem; object-fit: contain; margin-right: .4rem; background: #fff }
@media (prefers-color-scheme: dark) { body { background: #1b1b1b; color: #ddd } p, li small { color: #aaa } th, td, li { border-color: #3a3a3a } }
`;

/** The page. @param pictures PNG thumbnails of dropped samples by row @param evaluation those of evaluation images */
export function reportPage(
	report: CurationReport,
	pictures: ReadonlyMap<number, Buffer>,
	evaluation: readonly Buffer[],
): string {
	const { rows, kept, input } = report;
	const title = `${number(kept)} of ${number(rows)} pairs stay (${percent(kept / rows)})`;
	const files = input.files.length === 1 ? input.files[0] : `${input.files[0]} and ${input.files.length - 1} more`;
	return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Curation: ${escapeHtml(title)}</title>
<style>${style}</style>
<h1>${escapeHtml(title)}</h1>
<p>From ${escapeHtml(String(files))}. A pair that several filters would drop is put down to the first of them.</p>
<table><tr><th>filter<th>drops<th class="n">dropped<th class="n">share<th class="n">alone<th style="width:12rem"></tr>
${report.filters.map((filter) => tableRow(filter)).join('\n')}
</table>
${report.filters.map((filter) => section(filter, pictures, evaluation)).join('\n')}
</html>
`;
}

function tableRow({ name, drops, skipped, dropped, share, alone }: FilterReport): string {
	if (skipped !== undefined)
		return `<tr class="off"><td>${escapeHtml(name)}<td>${escapeHtml(drops)}<td colspan="4">left out: ${escapeHtml(skipped)}</tr>`;
	return `<tr><td>${escapeHtml(name)}<td>${escapeHtml(drops)}<td class="n">${number(dropped)}<td class="n">${percent(share)}<td class="n">${number(alone)}<td><div class="bar" style="width:${(share * 100).toFixed(1)}%"></div></tr>`;
}

function section(
	{ name, drops, dropped, samples }: FilterReport,
	pictures: ReadonlyMap<number, Buffer>,
	evaluation: readonly Buffer[],
): string {
	if (samples.length === 0) return '';
	const items = samples.map((sample) => {
		const own = pictures.get(sample.row);
		const other = sample.nearest !== undefined && name.startsWith('eval-') ? evaluation[sample.nearest] : undefined;
		const images = [own, other].flatMap((png, i) =>
			png ? [image(png, i === 0 ? 'dropped' : 'evaluation image')] : [],
		);
		return `<li>${images.join('')}<div>${escapeHtml(sample.text) || '<small>no text</small>'}</div><small>${escapeHtml(details(sample))}</small></li>`;
	});
	return `<h2>${escapeHtml(name)}</h2><p>${escapeHtml(drops)}: ${number(dropped)}, of which ${samples.length}:</p><ul>${items.join('\n')}</ul>`;
}

function details(sample: DroppedSample): string {
	const { width, height, bytes, similarity, unsafe, distance, cosine, url } = sample;
	const known = [
		width !== undefined && height !== undefined ? `${width} x ${height}` : undefined,
		bytes === undefined ? undefined : `${number(bytes)} bytes`,
		similarity === undefined ? undefined : `cosine ${similarity.toFixed(3)}`,
		unsafe === undefined ? undefined : `unsafe ${unsafe.toFixed(2)}`,
		distance === undefined ? undefined : `${distance} bits from an evaluation image`,
		cosine === undefined ? undefined : `cosine ${cosine.toFixed(3)} with an evaluation image`,
		url,
	];
	return known.filter((part) => part !== undefined).join(' · ');
}

const image = (png: Buffer, alt: string): string =>
	`<img alt="${alt}" title="${alt}" src="data:image/png;base64,${png.toString('base64')}">`;
const number = (n: number): string => n.toLocaleString('en');
const percent = (share: number): string => `${(share * 100).toFixed(share > 0 && share < 0.01 ? 2 : 1)} %`;
