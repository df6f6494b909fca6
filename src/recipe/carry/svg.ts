/** @file Title, description and metadata in SVG: the first children of the root. */

import { damaged } from './bytes.js';
import { namespace, recipeElement, recipeElementText, xmlText } from './xml.js';

export function isSvg(bytes: Buffer): boolean {
	const head = bytes.toString('utf8', 0, 4096);
	return /^\ufeff?\s*<(?:\?xml|!--|!DOCTYPE\s+svg|(?:\w+:)?svg\b)/i.test(head) && /<(?:\w+:)?svg\b/.test(head);
}

/** A tag, with the offset of its `<` and of what follows its `>`. */
interface Tag {
	readonly kind: 'open' | 'close' | 'empty';
	readonly name: string;
	readonly start: number;
	readonly end: number;
}

/** Tags in order; comments, CDATA, instructions and the document type are passed over. @throws AtelierError E_IMAGE */
export function* svgTags(svg: string): Generator<Tag> {
	const after = (token: string, from: number) => {
		const at = svg.indexOf(token, from);
		if (at < 0) throw damaged(`an SVG that ends before ${token}`);
		return at + token.length;
	};
	for (let start = svg.indexOf('<'); start >= 0; ) {
		let end: number;
		if (svg.startsWith('<!--', start)) end = after('-->', start + 4);
		else if (svg.startsWith('<![CDATA[', start)) end = after(']]>', start + 9);
		else if (svg.startsWith('<?', start)) end = after('?>', start + 2);
		else if (svg.startsWith('<!', start)) {
			// A document type may define entities, in brackets.
			end = after('>', start);
			if (svg.slice(start, end).includes('[')) end = after('>', after(']', start));
		} else {
			end = tagEnd(svg, start);
			const name = /^<\/?([^\s/>]*)/.exec(svg.slice(start, start + 256))?.[1] ?? '';
			const kind = svg[start + 1] === '/' ? 'close' : svg[end - 2] === '/' ? 'empty' : 'open';
			yield { kind, name, start, end };
		}
		start = svg.indexOf('<', end);
	}
}

/** Offset after the `>` of a tag; attributes may hold one too. */
function tagEnd(svg: string, start: number): number {
	for (let at = start + 1; at < svg.length; at++) {
		const c = svg[at]!;
		if (c === '>') return at + 1;
		if (c === '"' || c === "'") {
			at = svg.indexOf(c, at + 1);
			if (at < 0) break;
		}
	}
	throw damaged('an SVG that ends inside a tag');
}

interface Child {
	/** Without prefix. */
	readonly name: string;
	readonly start: number;
	readonly end: number;
}

/** The root's tag and its children. @throws AtelierError E_IMAGE */
function layout(svg: string): { root: Tag; children: Child[] } {
	let root: Tag | undefined;
	const children: Child[] = [];
	let begun: Tag | undefined;
	let depth = 0;
	for (const tag of svgTags(svg)) {
		if (tag.kind === 'close') depth--;
		if (!root) root = tag;
		else if (depth === 1) {
			if (tag.kind === 'open') begun = tag;
			else children.push({ name: local(tag.name), start: (begun ?? tag).start, end: tag.end });
			if (tag.kind !== 'open') begun = undefined;
		}
		if (tag.kind === 'open') depth++;
		if (depth === 0) return { root, children };
	}
	throw damaged('an SVG that ends before its root does');
}

const local = (name: string): string => name.slice(name.indexOf(':') + 1);

/** Our metadata among the children, and its JSON. */
function ours(svg: string, children: readonly Child[]): { child: Child; json: string } | undefined {
	if (!svg.includes(namespace)) return undefined;
	for (const child of children) {
		const json = child.name === 'metadata' ? recipeElementText(svg.slice(child.start, child.end)) : undefined;
		if (json !== undefined) return { child, json };
	}
	return undefined;
}

/** The JSON of our metadata. @throws AtelierError E_IMAGE */
export function svgText(svg: string): string | undefined {
	return ours(svg, layout(svg).children)?.json;
}

/**
 * Put title, description and metadata first in the root, in place of our earlier ones. A title or description of somebody
 * else's stays.
 *
 * @throws AtelierError E_IMAGE
 */
export function withSvgText(svg: string, json: string, words: { title: string; description: string }): string {
	const { root, children } = layout(svg);
	const earlier = ours(svg, children)?.child;
	const first = (name: string) => children.find((c) => c.name === name);
	const [title, description] = [first('title'), first('desc')];
	// Those are ours, too, where the metadata is.
	const gone = earlier ? [title, description, earlier].filter((c) => c !== undefined) : [];
	const added = [
		...(earlier || !title ? [`<title>${xmlText(words.title)}</title>`] : []),
		...(earlier || !description ? [`<desc>${xmlText(words.description)}</desc>`] : []),
		`<metadata>${recipeElement(json)}</metadata>`,
	];
	let rest = svg.slice(root.end);
	for (const { start, end } of gone.sort((a, b) => b.start - a.start)) {
		// With the line break that came with it.
		const from = svg[start - 1] === '\n' ? start - 1 : start;
		rest = rest.slice(0, from - root.end) + rest.slice(end - root.end);
	}
	const head = svg.slice(0, root.end);
	const inside = added.map((line) => `\n${line}`).join('');
	return root.kind === 'empty' ? `${head.slice(0, -2)}>${inside}\n</${root.name}>${rest}` : head + inside + rest;
}
