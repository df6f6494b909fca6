/**
 * @file Renders every shipped preset with its sample words: `npm run bench -- presets`. Writes their thumbnails and figures
 * (presets/), the sheet docs/presets.png and the page docs/presets.md.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pictureGrid, type SheetCell } from '../src/export/contact-sheet.js';
import { thumbnailOf } from '../src/export/preset-source.js';
import { replaceFile } from '../src/files.js';
import type { Picture } from '../src/image.js';
import { encodePng, writePng } from '../src/image-io.js';
import { packageRoot } from '../src/package-root.js';
import { Painter } from '../src/painter/painter.js';
import { openPainter } from '../src/painter/setup.js';
import { Random } from '../src/random.js';
import { onPreset, type Preset } from '../src/recipe/preset.js';
import { listPresets, presetText, type StoredPreset } from '../src/recipe/presets.js';
import { parseRecipe } from '../src/recipe/schema.js';
import { createPixels } from '../src/renderers/pixels/index.js';

const machine = `${cpus().length} cores, ${process.arch}`;

/** What a run of a preset came to. */
interface Run {
	readonly picture: Picture;
	readonly score: number;
	readonly seconds: number;
	readonly steps: number;
}

/** Draw the sample, seed 1, nothing picked by hand; presets that start from a picture start from clouds. */
async function drawSample({ name, preset }: StoredPreset, clouds: string): Promise<Run> {
	const begun = performance.now();
	const images = preset.recipe.pixels?.start === 'picture' ? [{ path: clouds, weight: 0.2 }] : [];
	const prompts = preset.sample ? [preset.sample] : [];
	const opened = await openPainter(parseRecipe(onPreset(preset, name, { prompts, images, seed: 1 })));
	try {
		const painter = Painter.create(opened.setup);
		await painter.run();
		return {
			picture: painter.picture(opened.scale),
			score: painter.best.scores[0]!,
			seconds: (performance.now() - begun) / 1000,
			steps: painter.step,
		};
	} finally {
		await opened.close();
	}
}

/** A soft sky: a smooth random spectrum, from blue to white. */
function clouds(side: number): Picture {
	const renderer = createPixels({ width: side, height: side, parameterisation: 'fourier', color: false, decay: 1.6 });
	const params = renderer.init(new Random(3));
	for (let i = 0; i < params.spectrum!.length; i++) params.spectrum![i]! *= 160;
	const { image } = renderer.render(params);
	const data = image.data.map((v, i) => [0.35, 0.55, 0.85][i % 3]! * (1 - v) + v);
	return { ...image, data };
}

const page = (presets: readonly StoredPreset[]): string => `# Presets

Looks that come with atelier: \`atelier draw --preset NAME "a cat"\`. Each was drawn with its sample words and seed 1 by
\`npm run bench -- presets\`, nothing picked by hand; seconds are those of ${machine}, busy with other work. The score is the
cosine that the drawing climbed, comparable only between drawings of the same words.

| | preset | what it is | words | score | seconds | steps |
|---|---|---|---|---|---|---|
${presets
	.map(({ name, preset: { title, description, sample, measured } }) => {
		const { score, seconds, steps } = measured!;
		return `| ![${title}](../presets/${name}.webp) | \`${name}\` | ${description} | ${sample} | ${score.toFixed(2)} | ${seconds.toFixed(0)} | ${steps} |`;
	})
	.join('\n')}

\`atelier presets --help\` says how to list, make, check, export and import them; the format is
[preset.schema.json](../presets/preset.schema.json). Your own are kept in \`~/.config/atelier/presets\` (\`%APPDATA%\\atelier\\presets\`
on Windows, \`$XDG_CONFIG_HOME/atelier/presets\` where that is set).
`;

/** With names after the flags only those are drawn anew. */
export async function presetsBench(json: boolean, names: readonly string[] = []): Promise<void> {
	const temporary = mkdtempSync(join(tmpdir(), 'atelier-bench-'));
	const sky = join(temporary, 'clouds.png');
	await writePng(sky, clouds(224));
	const shipped = () => listPresets().presets.filter(({ source }) => source === 'shipped');
	const cells: SheetCell[] = [];
	try {
		for (const stored of shipped()) {
			if (names.length > 0 && !names.includes(stored.name)) continue;
			const { picture, score, seconds, steps } = await drawSample(stored, sky);
			const round = (v: number) => Number(v.toPrecision(3));
			const measured = { score: round(score), seconds: round(seconds), steps, machine };
			const preset: Preset = { ...stored.preset, thumbnail: `${stored.name}.webp`, measured };
			replaceFile(join(packageRoot(), 'presets', `${stored.name}.webp`), await thumbnailOf(await encodePng(picture)));
			replaceFile(stored.path, presetText(preset));
			cells.push({ picture, label: preset.title });
			console.log(`${stored.name.padEnd(20)} score ${score.toFixed(3)}  ${seconds.toFixed(1)} s`);
		}
	} finally {
		rmSync(temporary, { recursive: true, force: true });
	}
	const docs = join(packageRoot(), 'docs');
	if (names.length === 0) replaceFile(join(docs, 'presets.png'), pictureGrid(cells, 6));
	replaceFile(join(docs, 'presets.md'), page(shipped()));
	if (json) console.log(JSON.stringify({ presets: cells.length }));
}
