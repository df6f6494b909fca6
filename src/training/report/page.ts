/** @file The page of a training run: one file of HTML with everything in it, so that it opens anywhere. */

import { escapeHtml } from '../../html.js';
import { chart, type Point } from './curves.js';

/** A picture file's bytes with what it shows. */
export interface Shown {
	readonly png: Uint8Array;
	readonly caption: string;
	/** Marked as right or wrong; absent: neither. */
	readonly right?: boolean;
}

/** A text with pictures beside it. */
export interface Row {
	readonly text: string;
	readonly pictures: readonly Shown[];
}

/** What the page shows. */
export interface PageContents {
	readonly title: string;
	readonly state: 'running' | 'done' | 'stopped';
	/** What the run is of, by name. */
	readonly facts: Readonly<Record<string, string>>;
	/** Numbers over steps by name, in order of their appearance. */
	readonly series: ReadonlyMap<string, readonly Point[]>;
	readonly examples?: { readonly step: number; readonly rows: readonly Row[] };
	readonly drawings: readonly Row[];
	readonly warnings: readonly string[];
}

/** Charts: which numbers they join, by the names in events. Numbers that no chart names get one of their own, unless they never change. */
const charts: readonly { title: string; names: readonly string[]; percent?: boolean }[] = [
	{ title: 'Loss', names: ['loss'] },
	{ title: 'Right in the batch', names: ['recall', 'attackedRecall', 'correct', 'attackedCorrect'], percent: true },
	{ title: 'Held-out pairs', names: ['imageToText1', 'imageToText5', 'textToImage1', 'textToImage5'], percent: true },
	{ title: 'Held-out pictures', names: ['top1', 'top5', 'grayTop1', 'allTop1', 'allTop5'], percent: true },
	{ title: 'Learning rate', names: ['learningRate'] },
	{ title: 'Images a second', names: ['imagesPerSecond'] },
];
/** What says nothing as a curve. */
const silent = new Set(['step', 'steps', 'etaSeconds', 'pairs', 'pictures']);
const labels: Readonly<Record<string, string>> = {
	recall: 'R@1',
	attackedRecall: 'R@1 under attack',
	correct: 'clean',
	attackedCorrect: 'under attack',
	imageToText1: 'image to text R@1',
	imageToText5: 'image to text R@5',
	textToImage1: 'text to image R@1',
	textToImage5: 'text to image R@5',
	top1: 'first',
	top5: 'among five',
	grayTop1: 'in gray',
	allTop1: 'of all names, first',
	allTop5: 'of all names, among five',
};

/** Seconds after which an open page of a run under way loads itself again. */
const reload = 15;

/** The page. */
export function pageOf(contents: PageContents): string {
	const { title, state, facts, series, examples, drawings, warnings } = contents;
	const named = new Set(charts.flatMap((c) => c.names));
	const varies = (name: string) => series.get(name)!.some(([, value]) => value !== series.get(name)![0]![1]);
	const others = [...series.keys()].filter((name) => !named.has(name) && !silent.has(name) && varies(name));
	const all = [...charts, ...others.map((name) => ({ title: words(name), names: [name], percent: false }))];
	const figures = all.map(({ title: heading, names, percent }) => {
		const present = names.filter((name) => series.has(name));
		return chart(
			heading,
			present.map((name) => ({ name: labels[name] ?? words(name), points: series.get(name)! })),
			percent,
		);
	});
	const list = Object.entries(facts).map(
		([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`,
	);
	return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
${state === 'running' ? `<meta http-equiv="refresh" content="${reload}">` : ''}
<title>${escapeHtml(title)}</title><style>${style}</style></head><body>
<h1>${escapeHtml(title)} <small class="${state}">${state}</small></h1>
<dl>${list.join('')}</dl>
<section class="charts">${figures.join('')}</section>
${section('Drawings with the weights of each step', rowsOf(drawings))}
${examples ? section(`Nearest held-out pictures at step ${examples.step}`, rowsOf(examples.rows)) : ''}
${warnings.length > 0 ? section('Warnings', `<ul>${warnings.map((w) => `<li>${escapeHtml(w)}</li>`).join('')}</ul>`) : ''}
</body></html>
`;
}

const section = (title: string, body: string) => (body ? `<h2>${title}</h2>${body}` : '');

function rowsOf(rows: readonly Row[]): string {
	if (rows.length === 0) return '';
	const cell = ({ png, caption, right }: Shown) =>
		`<td><img alt="${escapeHtml(caption)}" class="${right === undefined ? '' : right ? 'right' : 'wrong'}" src="data:image/png;base64,${Buffer.from(png).toString('base64')}"><br>${escapeHtml(caption)}</td>`;
	const lines = rows.map((r) => `<tr><th>${escapeHtml(r.text)}</th>${r.pictures.map(cell).join('')}</tr>`);
	return `<div class="scroll"><table>${lines.join('')}</table></div>`;
}

/** learningRate -> Learning rate. */
function words(name: string): string {
	const text = name.replaceAll(/([A-Z])/g, ' $1').toLowerCase();
	return text[0]!.toUpperCase() + text.slice(1);
}

const style = `
:root{color-scheme:light dark}
body{font:14px/1.45 system-ui,sans-serif;margin:1.5rem auto;max-width:1500px;padding:0 1rem;background:Canvas;color:CanvasText}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin:1.6rem 0 .6rem}
small{font-size:.7em;font-weight:normal;padding:.1em .6em;border-radius:1em;background:#8884}
small.running{background:#2f6fde;color:#fff}small.done{background:#2a9d5c;color:#fff}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;margin:0 0 1rem}dt{opacity:.65}dd{margin:0;overflow-wrap:anywhere}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(340px,1fr));gap:1rem}
figure{margin:0;border:1px solid #8884;border-radius:8px;padding:.6rem}figcaption{font-weight:600}
svg{width:100%;height:auto;font-size:11px}svg text{fill:currentColor;opacity:.7}svg .grid{stroke:#8884}
.legend{margin:.2rem 0 0;display:flex;flex-wrap:wrap;gap:.2rem 1rem}.legend i{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin-right:.4em}
.scroll{overflow-x:auto}table{border-collapse:collapse}th{text-align:left;font-weight:500;padding-right:1rem;white-space:nowrap}
td{text-align:center;font-size:11px;padding:.2rem;vertical-align:top;max-width:110px}
img{width:96px;height:96px;image-rendering:pixelated;border:3px solid #8883;border-radius:4px;background:#fff}
img.right{border-color:#2a9d5c}img.wrong{border-color:#8883}
`.replaceAll('\n', '');
