/** @file A link that downloads a file, and says so. */

import type { ComponentChildren } from 'preact';
import { tell } from '../state/ui.js';

interface Props {
	readonly href: string;
	/** What it is, as it is told. */
	readonly what: string;
	readonly title?: string;
	readonly children: ComponentChildren;
}

export const Download = ({ href, what, title, children }: Props) => (
	<a class="plain" href={href} title={title} download onClick={() => tell(`${what} is on its way to your downloads.`)}>
		{children}
	</a>
);
