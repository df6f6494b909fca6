/** @file What an evaluation found, as data (eval.json) and as one page that needs no other file (eval.html). */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { escapeHtml } from '../../html.js';
import { settingsOf } from '../../recipe/field.js';
import type { RecipeInput } from '../../recipe/schema.js';
import type { AttackReport } from './attack.js';
import type { ColorReport } from './color-words.js';
import type { JudgeReport } from './judge.js';
import type { NonsenseReport } from './nonsense.js';
import type { RPrecision, Verdict } from './r-precision.js';
import { percent } from './ranks.js';
import type { RetrievalReport } from './retrieval.js';
import type { NameAccuracy, ZeroShotReport } from './zero-shot.js';

/** What a drawing of the fixed prompts came to. */
export interface DrawingReport {
	readonly prompts: number;
	readonly seeds: readonly number[];
	readonly steps: number;
	/** How they differ from the defaults of `atelier draw`, where they do. */
	readonly look?: { readonly preset?: string; readonly settings: RecipeInput };
	/** Contact sheets and their key, relative to the folder. */
	readonly sheets: readonly string[];
	/** 'not valid' where the judge was not accepted; absent without a judge. */
	readonly rPrecision?: RPrecision | 'not valid';
	/** Every drawing, with what a judge whose word counts said of it. */
	readonly drawings: readonly (Partial<Verdict> & {
		readonly prompt: string;
		readonly group: string;
		readonly seed: number;
		readonly file: string;
	})[];
}

/** Everything that was measured; parts that were not asked for are absent. */
export interface EvaluationReport {
	readonly version: 1;
	readonly encoder: {
		readonly name: string;
		readonly hash: string;
		readonly imageSize: number;
		readonly width: number;
	};
	readonly corpus: {
		readonly concepts: number;
		readonly drawable: number;
		readonly heldOut: number;
		readonly vendors: readonly string[];
	};
	readonly zeroshot?: ZeroShotReport;
	readonly retrieval?: RetrievalReport;
	readonly colours?: ColorReport;
	readonly attack?: readonly AttackReport[];
	readonly nonsense?: NonsenseReport;
	readonly judge?: JudgeReport;
	readonly drawing?: DrawingReport;
}

/** One line a figure, for a terminal. */
export function summaryLines(report: EvaluationReport): string[] {
	const lines: string[] = [];
	const say = (what: string, figures: string) => lines.push(`${what.padEnd(14)}${figures}`);
	const names = (what: string, a: NameAccuracy) =>
		say(
			what,
			`top-1 ${percent(a.top1)}, top-5 ${percent(a.top5)}; in gray ${percent(a.grayTop1)}, ${percent(a.grayTop5)} (${a.pictures} pictures, ${a.names} names)`,
		);
	if (report.zeroshot) {
		names('zero-shot', report.zeroshot.drawable);
		names('of all names', report.zeroshot.all);
		const { confusions } = report.zeroshot;
		if (confusions.length > 0)
			say(
				'  mistakes',
				confusions
					.slice(0, 6)
					.map((c) => `${c.name} for ${c.takenFor}`)
					.join(', '),
			);
	}
	if (report.retrieval) {
		const { pairs, wanted, captions, pictures } = report.retrieval;
		for (const [what, r] of [
			['picture to words', captions],
			['words to picture', pictures],
		] as const)
			say('retrieval', `${what}: R@1 ${percent(r.r1)}, R@5 ${percent(r.r5)}, R@10 ${percent(r.r10)}`);
		say(
			'',
			`of ${pairs} pairs${pairs < wanted ? `; ${wanted} were asked for, the corpus has no more distinct captions` : ''}`,
		);
	}
	if (report.colours) {
		const { right, pictures, things, colors } = report.colours;
		say(
			'colours',
			`${percent(right)} right (${pictures} pictures: ${things.length} things in ${colors.length} colours)`,
		);
		const worst = [...colors].sort((a, b) => a.right - b.right).slice(0, 3);
		say(
			'  worst',
			worst.map((c) => `${c.name} ${percent(c.right)}${c.takenFor ? ` (for ${c.takenFor})` : ''}`).join(', '),
		);
	}
	for (const { eps, steps, top1, top5, pictures } of report.attack ?? [])
		say(
			eps === report.attack?.[0]?.eps ? 'under attack' : '',
			`L2 ${eps.toFixed(2)}, ${steps} steps: top-1 ${percent(top1)}, top-5 ${percent(top5)} (${pictures} pictures)`,
		);
	if (report.nonsense) {
		const { all, scribbles, takenApart, passes, pictures } = report.nonsense;
		say(
			'nonsense',
			`told from pictures in ${percent(all)} of pairs (scribbles ${percent(scribbles)}, drawings taken apart ${percent(takenApart)}; half is chance); ${percent(passes)} looks as much like something as the median picture (${pictures} of each)`,
		);
	}
	if (report.judge) {
		const { name, valid, reason, top1, top5, pictures, names: count, vendors, saysWhatItLearnt } = report.judge;
		if (valid)
			say(
				'judge',
				`'${name}' knows ${percent(top1)} of ${pictures} real pictures (${vendors.join(', ')}) among ${count} names, ${percent(top5)} among five: accepted${saysWhatItLearnt ? '' : '; it does not say what it learnt from, so that it never saw them is taken on trust'}`,
			);
		else say('judge', `'${name}' is not accepted: ${reason}`);
	}
	if (report.drawing) {
		const { prompts, seeds, steps, look, rPrecision } = report.drawing;
		const preset = look?.preset === undefined ? [] : [`preset ${look.preset}`];
		const settings = look && Object.keys(look.settings).length > 0 ? settingsOf(look.settings) : [];
		const figures = [`${prompts} prompts`, `seeds ${seeds.join(', ')}`, `${steps} steps`, ...preset, ...settings];
		say('drawing', figures.join(', '));
		if (rPrecision === 'not valid') say('R-precision', 'refused: no valid judge');
		else if (rPrecision)
			say(
				'R-precision',
				`@1 ${percent(rPrecision.at1)}, @5 ${percent(rPrecision.at5)}, mean margin ${rPrecision.margin.toFixed(3)} of ${rPrecision.judged} drawings among ${rPrecision.names} names${rPrecision.notJudged > 0 ? `; ${rPrecision.notJudged} not judged, their prompts have no single name` : ''}`,
			);
	}
	return lines;
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
	const cells = (tag: string, row: readonly (string | number)[]) =>
		`<tr>${row.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
	return `<table>${cells('th', head)}${rows.map((row) => cells('td', row)).join('')}</table>`;
}

/** The page; pictures are read from the folder and put into it. */
export function reportPage(report: EvaluationReport, folder: string): string {
	const parts: string[] = [];
	const section = (title: string, ...content: string[]) => parts.push(`<h2>${escapeHtml(title)}</h2>`, ...content);
	const { zeroshot, retrieval, colours, attack, drawing } = report;
	section('Summary', `<pre>${summaryLines(report).map(escapeHtml).join('\n')}</pre>`);
	if (zeroshot) {
		const row = (what: string, a: NameAccuracy) =>
			[what, percent(a.top1), percent(a.top5), percent(a.grayTop1), percent(a.grayTop5), a.pictures, a.names] as const;
		section(
			'Zero-shot by words',
			table(
				['among', 'top-1', 'top-5', 'gray top-1', 'gray top-5', 'pictures', 'names'],
				[row('drawable concepts', zeroshot.drawable), row('all names', zeroshot.all)],
			),
			'<h3>Worst names</h3>',
			table(
				['name', 'mean rank', 'pictures'],
				zeroshot.worst.map((w) => [w.name, w.rank.toFixed(1), w.pictures]),
			),
			'<h3>Confusions</h3>',
			table(
				['name', 'taken for', 'pictures', 'lead in cosine'],
				zeroshot.confusions.map((c) => [c.name, c.takenFor, c.pictures, c.lead.toFixed(3)]),
			),
		);
	}
	if (retrieval)
		section(
			`Retrieval among ${retrieval.pairs} pairs`,
			table(
				['', 'R@1', 'R@5', 'R@10'],
				(
					[
						['picture to words', retrieval.captions],
						['words to picture', retrieval.pictures],
					] as const
				).map(([what, r]) => [what, percent(r.r1), percent(r.r5), percent(r.r10)]),
			),
		);
	if (colours)
		section(
			'Colour words',
			table(
				['colour', 'right', 'taken for'],
				colours.colors.map((c) => [c.name, percent(c.right), c.takenFor ?? '']),
			),
			`<p>${escapeHtml(colours.things.join(', '))}</p>`,
		);
	if (attack)
		section(
			'Under attack',
			table(
				['L2 radius', 'steps', 'top-1', 'top-5'],
				attack.map((a) => [a.eps.toFixed(2), a.steps, percent(a.top1), percent(a.top5)]),
			),
		);
	if (drawing) {
		const { rPrecision } = drawing;
		section('Drawings');
		if (rPrecision && rPrecision !== 'not valid')
			parts.push(
				table(
					['prompts', 'R-precision@1', '@5', 'mean margin', 'judged'],
					[
						...Object.entries({ ...rPrecision.groups, all: rPrecision }).map(([group, r]) => [
							...[group, percent(r.at1), percent(r.at5)],
							...[r.margin.toFixed(3), r.judged],
						]),
					],
				),
			);
		for (const prompt of new Set(drawing.drawings.map((d) => d.prompt))) {
			const figures = drawing.drawings
				.filter((d) => d.prompt === prompt)
				.map(({ file, seed, rank, seenAs }) => {
					const data = readFileSync(join(folder, file)).toString('base64');
					const verdict =
						seenAs === undefined ? '' : `: ${seenAs}${rank === undefined ? '' : `, own rank ${rank + 1}`}`;
					return `<figure><img alt="${escapeHtml(prompt)}" src="data:image/png;base64,${data}"><figcaption>seed ${seed}${escapeHtml(verdict)}</figcaption></figure>`;
				});
			parts.push(`<h3>${escapeHtml(prompt)}</h3><div>${figures.join('')}</div>`);
		}
	}
	const { encoder, corpus } = report;
	const about = `${encoder.imageSize} px, ${encoder.hash.slice(0, 12)}; ${corpus.heldOut} held-out pictures (${corpus.vendors.join(', ')}), ${corpus.drawable} drawable of ${corpus.concepts} names`;
	return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Evaluation of ${escapeHtml(encoder.name)}</title>
<style>
body { font: 15px/1.45 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
table { border-collapse: collapse; margin: .6rem 0; } th, td { text-align: left; padding: .15rem .8rem .15rem 0; border-bottom: 1px solid #ddd; }
pre { overflow-x: auto; background: #f5f5f5; padding: .8rem; } figure { display: inline-block; margin: 0 .8rem .8rem 0; } figure img { width: 140px; border: 1px solid #ddd; }
figcaption { font-size: 12px; max-width: 140px; }
</style>
<h1>Evaluation of ${escapeHtml(encoder.name)}</h1><p>${escapeHtml(about)}</p>
${parts.join('\n')}
</html>
`;
}
