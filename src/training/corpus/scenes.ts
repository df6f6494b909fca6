/** @file Procedural captioned scenes: a background, one to five items laid out by a relation, and captions that say what is true of the picture. */

import type { Random } from '../../random.js';
import { pluralOf } from './names.js';
import {
	type Arrangement,
	alone,
	type Box,
	beside,
	between,
	inCorner,
	inside,
	numberWord,
	several,
	stacked,
} from './scene-arrangements.js';
import { roomInside, type ShapeName } from './scene-shapes.js';
import { type NamedColor, type SceneColor, type Subject, SubjectChooser, someColor } from './scene-subjects.js';
import { type Thing, withArticle } from './scene-things.js';

/** Something in a scene: a drawing at a place, in one colour or in its own. */
export interface SceneItem extends Box {
	readonly svg: string;
	readonly color?: SceneColor;
	/** Its lowest ink lies on the lower edge of the box. */
	readonly stands: boolean;
}

/** A picture that is known before it is drawn. Lengths are shares of its side. */
export interface Scene {
	readonly background: SceneColor;
	/** A strip at the bottom, from `top` on. */
	readonly ground?: { readonly color: SceneColor; readonly top: number };
	/** In the order in which they are drawn. */
	readonly items: readonly SceneItem[];
	/** Two different English captions. */
	readonly captions: readonly string[];
	/** Addresses of the drawings of others in it, sorted: `noto:cat`. */
	readonly drawings: readonly string[];
	/** An SPDX expression: that of the drawings, or CC0 where there are shapes alone. */
	readonly licence: string;
}

const white: NamedColor = { name: 'white', value: [1, 1, 1] };

/** Shares of the relations, summing to 1, and how many subjects each shows. */
const relations = [
	['alone', 0.14, 1],
	['corner', 0.08, 1],
	['several', 0.2, 1],
	['beside', 0.22, 2],
	['stacked', 0.18, 2],
	['inside', 0.1, 2],
	['between', 0.08, 3],
] as const;

/**
 * Make up a scene. The same numbers and things give the same scene.
 *
 * @param things drawings that it may show beside shapes; none: shapes alone
 */
export function makeScene(random: Random, things: readonly Thing[]): Scene {
	const [relation, , count] = weighted(random.split('relation'));
	const look = random.split('look');
	const standing = (relation === 'alone' || relation === 'several' || relation === 'beside') && look.chance(0.25);
	const background: NamedColor = look.chance(standing ? 0.3 : 0.5) ? white : someColor(look, []);
	const ground = standing ? { ...someColor(look, [background]), top: look.uniform(0.6, 0.8) } : undefined;
	const behind = ground ? [background, ground] : [background];
	const chooser = new SubjectChooser(random.split('subjects'), things);
	const subjects: Subject[] = [];
	const container = relation === 'inside' ? chooser.container(behind) : undefined;
	// Through a ring one sees what is behind it.
	const around = container ? [container.color!, ...(container.shape === 'ring' ? behind : [])] : behind;
	while (subjects.length < count - (container ? 1 : 0)) subjects.push(chooser.next(around, subjects));
	if (container) subjects.push(container);

	const arrangement = arrange(relation, random.split('places'), ground && ground.top + 0.06, container?.shape);
	const items = arrangement.boxes.map((box, i): SceneItem => {
		const { svg, color } = subjects[arrangement.equal ? 0 : i]!;
		return { ...box, svg, ...(color && { color: color.value }), stands: standing };
	});
	const shown = subjects.flatMap(({ drawing }) => drawing ?? []);
	return {
		background: background.value,
		...(ground && { ground: { color: ground.value, top: ground.top } }),
		// What is inside comes first in the captions and last on the picture.
		items: container ? items.reverse() : items,
		captions: captionsOf(arrangement, subjects, background, ground, random.split('captions')),
		drawings: sorted(shown.map(({ url }) => url)),
		licence: shown.length > 0 ? sorted(shown.map(({ licence }) => licence)).join(' AND ') : 'CC0-1.0',
	};
}

const sorted = (texts: readonly string[]): string[] => [...new Set(texts)].sort();

function weighted(random: Random): (typeof relations)[number] {
	const drawn = random.uniform();
	let reached = 0;
	for (const entry of relations) {
		reached += entry[1];
		if (drawn < reached) return entry;
	}
	return relations[0];
}

function arrange(
	relation: (typeof relations)[number][0],
	random: Random,
	floor: number | undefined,
	container: ShapeName | undefined,
): Arrangement {
	if (relation === 'inside') return inside(random, roomInside(container!)!, container === 'ring');
	return { alone, corner: inCorner, several, beside, stacked, between }[relation](random, floor);
}

/** Two different captions; the first names all colours. */
function captionsOf(
	arrangement: Arrangement,
	subjects: readonly Subject[],
	background: NamedColor,
	ground: NamedColor | undefined,
	random: Random,
): string[] {
	const endings = ground
		? ['', ` on ${ground.name} ground`, ` on ${ground.name} ground`, ...underSky(ground, background)]
		: ['', '', ` on ${withArticle(`${background.name} background`)}`];
	const nouns = new Set(subjects.map(({ noun }) => noun));
	const captions = new Set<string>();
	while (captions.size < 2) {
		// Without colours, things of one name could not be told apart.
		const colorless = captions.size > 0 && nouns.size === subjects.length && random.chance(0.25);
		const names = subjects.map((subject, i) => {
			const { noun, color, detail } = subject;
			const size = random.chance(0.7) ? arrangement.sizes?.[i] : undefined;
			const words = [size, colorless ? undefined : color?.name, arrangement.equal ? pluralOf(noun) : noun];
			const name = words.filter((word) => word !== undefined).join(' ');
			const full = detail && random.chance(0.4) ? `${name} ${detail}` : name;
			return arrangement.equal ? `${numberWord(arrangement.boxes.length)} ${full}` : withArticle(full);
		});
		captions.add(random.pick(arrangement.say(names)) + random.pick(endings));
	}
	return [...captions];
}

const underSky = (ground: NamedColor, sky: NamedColor): string[] =>
	sky.name === 'white' ? [] : [` on ${ground.name} ground under ${withArticle(`${sky.name} sky`)}`];
