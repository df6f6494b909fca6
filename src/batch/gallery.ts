/** @file index.html of a batch: one file that needs nothing but the pictures beside it, from a disk as from a server, in light and in dark. */

import { escapeHtml } from '../html.js';
import type { Drawing } from './drawing.js';
import type { Cell, Plan } from './plan.js';

/** A cell and the files of its drawing that exist. */
export interface GalleryCell {
	readonly cell: Cell;
	readonly drawing: Drawing;
	/** Names in the run folder. */
	readonly files: readonly string[];
}

/** The page. Text of strangers (prompts, labels, errors) is only ever text on it. */
export function galleryPage(plan: Plan, cells: readonly GalleryCell[]): string {
	const done = cells.filter(({ drawing }) => drawing.status === 'drawn').length;
	const [width, height] = cells[0]?.cell.recipe.size ?? [1, 1];
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' file: data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escapeHtml(plan.name)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${escapeHtml(plan.name)}</h1>
<p>${done} of ${cells.length} drawn${plan.axes.length > 0 ? `: ${escapeHtml(plan.axes.map((a) => `${a.labels.length} ${a.name}`).join(' × '))}` : ''}. <a href="sheet.png">Contact sheet</a>, <a href="batch.json">data</a>.</p>
<p class="tools" hidden><label>Order <select id="order"><option value="place">as in the file</option><option value="rank">best of each group first</option></select></label>
<label><input type="checkbox" id="kept"> only what was kept</label></p>
</header>
<main id="cells" style="--ratio: ${width} / ${height}">
${cells.map(figure).join('\n')}
</main>
<script>${script}</script>
</body>
</html>
`;
}

function figure({ cell, drawing, files }: GalleryCell, place: number): string {
	const link = (name: string) => `${encodeURIComponent(cell.folder)}/${encodeURIComponent(name)}`;
	const words = cell.recipe.prompts.map(({ text }) => text).join(' | ');
	const picture = files.includes('image.png')
		? `<a class="picture" href="${link('image.png')}"><img src="${link('image.png')}" alt="${escapeHtml(words || 'a picture, drawn again')}" loading="lazy"></a>`
		: `<div class="picture none">${drawing.pruned ? 'removed' : escapeHtml(drawing.status)}</div>`;
	const links = (
		[
			['PNG', 'image.png'],
			['SVG', 'image.svg'],
			['recipe', 'recipe.json'],
		] as const
	)
		.filter(([, name]) => files.includes(name))
		.map(([label, name]) => `<a href="${link(name)}">${label}</a>`);
	const templates = cell.recipe.prompts.flatMap(({ template }) => (template === undefined ? [] : [template]));
	const { seed } = cell.recipe;
	const facts: [string, string][] = [
		...Object.entries(cell.labels).filter(([name]) => name !== 'prompts' && name !== 'seed'),
		...templates.map((template): [string, string] => ['from', template]),
		['seed', `${seed}`],
		...(drawing.scores.length > 0
			? [['score', drawing.scores.map((s) => s.toFixed(3)).join(', ')] as [string, string]]
			: []),
		...(drawing.likeness === undefined ? [] : [['likeness', drawing.likeness.toFixed(3)] as [string, string]]),
		...(drawing.rank === undefined ? [] : [['rank', `${drawing.rank} of its group`] as [string, string]]),
		...(drawing.status === 'drawn' ? [] : [['state', stateOf(drawing)] as [string, string]]),
		...(drawing.error === undefined ? [] : [['error', drawing.error] as [string, string]]),
	];
	const classes = [drawing.status, ...(drawing.rejected ? ['rejected'] : [])].join(' ');
	return `<figure class="${classes}" data-place="${place}" data-rank="${drawing.rank ?? 1e6}">
${picture}
<figcaption><h2>${escapeHtml(words || cell.recipe.images[0]?.path.split(/[\\/]/).at(-1) || '')}</h2>
<dl>${facts.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`).join('')}</dl>
<p>${links.join(' ')}${drawing.rejected ? ' <span class="mark">rejected</span>' : ''}</p></figcaption>
</figure>`;
}

const stateOf = ({ status, step, cell }: Drawing): string =>
	status === 'outrun' || status === 'stopped' ? `${status} at step ${step} of ${cell.recipe.steps}` : status;

const style = `
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; --ground: light-dark(#f6f5f2, #17171a); --card: light-dark(#fff, #232327); --ink: light-dark(#222, #e8e6e3); --quiet: light-dark(#666, #a3a09b); --line: light-dark(#dcd9d2, #38383e); --link: light-dark(#0b57a4, #8ab8f0); --mark: light-dark(#a3360f, #ffab8a); }
body { margin: 0 auto; max-width: 100rem; padding: 1.5rem; background: var(--ground); color: var(--ink); }
h1 { font-size: 1.5rem; margin: 0; overflow-wrap: anywhere; }
header p { margin: .3rem 0 0; color: var(--quiet); }
.tools { display: flex; gap: 1.5rem; flex-wrap: wrap; }
.tools[hidden] { display: none; }
.tools label { display: flex; gap: .4rem; align-items: center; min-height: 44px; }
a { color: var(--link); }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: 1rem; margin-top: 1rem; }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 8px; overflow: hidden; display: flex; flex-direction: column; }
.picture { display: grid; place-items: center; aspect-ratio: var(--ratio); background: #fff; color: #666; }
.picture.none { background: var(--ground); color: var(--quiet); }
img { width: 100%; height: 100%; object-fit: contain; display: block; }
figcaption { padding: .7rem .8rem .8rem; display: flex; flex-direction: column; flex: 1; }
h2 { font-size: 1rem; font-weight: 600; margin: 0 0 .3rem; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .05rem .6rem; margin: 0 0 .5rem; font-size: .87rem; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
figcaption p { margin: auto 0 0; display: flex; gap: .8rem; font-size: .87rem; }
.rejected .picture, .outrun .picture { opacity: .45; }
.mark, .failed dd:last-of-type { color: var(--mark); }
.only-kept .rejected { display: none; }
`;

const script = `
const main = document.getElementById('cells'), order = document.getElementById('order'), kept = document.getElementById('kept');
document.querySelector('.tools').hidden = false;
order.onchange = () => main.append(...[...main.children].sort((a, b) => a.dataset[order.value] - b.dataset[order.value] || a.dataset.place - b.dataset.place));
kept.onchange = () => main.classList.toggle('only-kept', kept.checked);
`;
